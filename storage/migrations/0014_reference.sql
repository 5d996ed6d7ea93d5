-- Reference data as the reducer loaded it; replaced as a whole when the catalogue changes.
-- valid_to is exclusive here: a row holds on valid_from <= day < valid_to.
CREATE TABLE IF NOT EXISTS ioc.ref_units ${on_cluster}
(
    tenant LowCardinality(String),
    unit String,
    slug String,
    name String,
    parent String,
    kind LowCardinality(String),
    valid_from Date32,
    valid_to Date32,
    merged_into String
)
ENGINE = ${MergeTree}
ORDER BY (tenant, unit, valid_from);

-- Whose total a unit's cell counts for: itself, the units above it that day, and those it was merged into.
CREATE TABLE IF NOT EXISTS ioc.ref_paths ${on_cluster}
(
    tenant LowCardinality(String),
    unit String,
    ancestor String,
    valid_from Date32,
    valid_to Date32,
    known UInt8 COMMENT '0: the code stands in no catalogue; it counts for the nearest known code above'
)
ENGINE = ${ReplacingMergeTree}
ORDER BY (tenant, unit, ancestor, valid_from);

-- Staff of a unit and of everything beneath it.
CREATE TABLE IF NOT EXISTS ioc.ref_headcounts ${on_cluster}
(
    tenant LowCardinality(String),
    unit String,
    valid_from Date32,
    valid_to Date32,
    headcount UInt32
)
ENGINE = ${MergeTree}
ORDER BY (tenant, unit, valid_from);

CREATE TABLE IF NOT EXISTS ioc.ref_sources ${on_cluster}
(
    tenant LowCardinality(String),
    source String COMMENT 'system code',
    name String,
    interval_s UInt32,
    authority UInt16,
    units Array(String) COMMENT 'expected to be heard of'
)
ENGINE = ${MergeTree}
ORDER BY (tenant, source);

CREATE TABLE IF NOT EXISTS ioc.ref_kpis ${on_cluster}
(
    kpi String,
    domain LowCardinality(String),
    name_vi String,
    name_en String,
    meaning_vi String,
    meaning_en String,
    legal_document String,
    legal_quote String,
    unit_of_measure LowCardinality(String),
    direction LowCardinality(String),
    owner String,
    kind LowCardinality(String),
    minimum_cases UInt32,
    personal UInt8 COMMENT 'made from persons: values under 5 are not shown',
    target_values Array(Float64),
    target_dates Array(Date32) COMMENT 'by when; ascending',
    sources Array(String) COMMENT 'system codes that feed it'
)
ENGINE = ${MergeTree}
ORDER BY kpi;

CREATE TABLE IF NOT EXISTS ioc.ref_loaded ${on_cluster}
(
    version String,
    loaded_at DateTime64(3, 'UTC')
)
ENGINE = ${MergeTree}
ORDER BY loaded_at;
