-- A cell: numerator, denominator and cases of one KPI for one unit (as sent) on one day.
-- part: 'flow' adds up over days; 'stock' is as of the end of the day (of now, for today).
CREATE TABLE IF NOT EXISTS ioc.kpi_cells ${on_cluster}
(
    tenant LowCardinality(String),
    kpi LowCardinality(String),
    part Enum8('flow' = 1, 'stock' = 2),
    day Date,
    dim LowCardinality(String),
    unit LowCardinality(String),
    numerator Int64,
    denominator Int64,
    cases Int64,
    version UInt64
)
-- Values read one KPI over a span of days: kpi first, then day.
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, kpi, part, day, dim, unit)
SETTINGS index_granularity = 1024;

-- A value: a KPI for a unit with everything beneath it, over the window that contains today.
-- previous_*: the same window as it stood at the end of yesterday.
CREATE TABLE IF NOT EXISTS ioc.kpi_values ${on_cluster}
(
    tenant LowCardinality(String),
    kpi LowCardinality(String),
    unit LowCardinality(String),
    window Enum8('day' = 1, 'week' = 2, 'month' = 3, 'ytd' = 4),
    dim LowCardinality(String),
    numerator Int64,
    denominator Int64,
    cases Int64,
    value Nullable(Float64),
    previous Nullable(Float64),
    on_day Date COMMENT 'the day it stands for',
    computed_at DateTime64(3, 'UTC'),
    version UInt64
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, kpi, unit, window, dim);

-- What was shown at the time: the last value of each hour. Never restated.
CREATE TABLE IF NOT EXISTS ioc.kpi_history ${on_cluster}
(
    tenant LowCardinality(String),
    kpi LowCardinality(String),
    unit LowCardinality(String),
    window Enum8('day' = 1, 'week' = 2, 'month' = 3, 'ytd' = 4),
    dim LowCardinality(String),
    hour DateTime('UTC'),
    numerator Int64,
    denominator Int64,
    cases Int64,
    value Nullable(Float64),
    shown_at DateTime64(3, 'UTC'),
    version UInt64
)
ENGINE = ${ReplacingMergeTree}(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant, kpi, unit, window, dim, hour);

-- What a KPI rests on, for a unit: written with the clock, so that reading is one lookup.
-- stale_at: from when on its numbers are old, unless a source is heard of again. as_of, stale_at NULL: none of
-- its sources was ever heard of (or it has none: the centre measures it by itself, and own = 1).
CREATE TABLE IF NOT EXISTS ioc.kpi_trust ${on_cluster}
(
    tenant LowCardinality(String),
    kpi LowCardinality(String),
    unit LowCardinality(String),
    own UInt8,
    as_of Nullable(DateTime64(3, 'UTC')) COMMENT 'the oldest of the last words of its sources',
    stale_at Nullable(DateTime64(3, 'UTC')),
    coverage_units UInt16 COMMENT 'units beneath of which a source speaks that is not silent',
    expected_units UInt16,
    version UInt64
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, kpi, unit);
