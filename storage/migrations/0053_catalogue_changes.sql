-- What was changed in reference data (units, counts, sources, calendar, KPIs with targets and weights) and when it
-- took effect here. Who edited a file is known where the files are versioned, not to the store.
-- Append-only: rows are inserted by the reducer when it loads another catalogue, and never updated or deleted.
CREATE TABLE IF NOT EXISTS ioc.catalogue_changes ${on_cluster}
(
    tenant LowCardinality(String),
    revision UInt32 COMMENT 'counts the catalogues that differed from the one before, from 1',
    changed_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the centre took it over',
    version String COMMENT 'of the catalogue that it came with',
    document LowCardinality(String) COMMENT 'the file, as kpis/online_dossier_rate.yaml',
    entry String,
    part LowCardinality(String) COMMENT 'of a KPI or rule: targets, owner, composite.<pillar>.<part> …',
    kind Enum8('first' = 1, 'added' = 2, 'changed' = 3, 'removed' = 4),
    before String CODEC(ZSTD(1)) COMMENT 'canonical JSON; empty: no such entry',
    after String CODEC(ZSTD(1))
)
-- The state to compare with is the last revision of every place, and the question asked is the history of one
-- (this KPI's targets): both read the rows of a place one after the other.
ENGINE = ${MergeTree}
ORDER BY (tenant, document, entry, part, revision);

CREATE VIEW IF NOT EXISTS ioc_read.catalogue_changes ${on_cluster} ${as_owner} AS
SELECT tenant, revision, changed_at, version, document, entry, part, kind, before, after
FROM ioc.catalogue_changes;
