-- Targets, weights and thresholds that two persons changed: one row a change of a decision, the greatest version wins.
-- A decision is never deleted; what holds on a day is found from those that were approved.
--
-- ORDER BY (tenant, id): some dozens a year, asked for all together or by id.
CREATE TABLE IF NOT EXISTS ioc.decisions ${on_cluster}
(
    tenant LowCardinality(String),
    id UUID,
    what Enum8('target' = 1, 'weights' = 2, 'threshold' = 3),
    about LowCardinality(String) COMMENT 'KPI, or alert rule',
    dim LowCardinality(String) COMMENT 'whose target; empty: of the whole',
    due Nullable(Date32) COMMENT 'deadline of the target; none: at all times',
    limit_of LowCardinality(String) COMMENT 'of a threshold: value or after_minutes',
    value Nullable(Float64),
    weights Map(LowCardinality(String), UInt32) COMMENT 'points by part of the score',
    valid_from Date32 COMMENT 'first day on which it holds; after the day of approval',
    reason LowCardinality(String),
    document String COMMENT 'number of the document that decided it',
    stage Enum8('proposed' = 1, 'approved' = 2, 'taken' = 3, 'withdrawn' = 4, 'expired' = 5),
    before Map(LowCardinality(String), Float64) COMMENT 'what held when it was proposed',
    account LowCardinality(String) COMMENT 'proposed by',
    role LowCardinality(String),
    at DateTime64(3, 'UTC'),
    until DateTime64(3, 'UTC') COMMENT 'another account approves before that, or nobody does',
    ended_by LowCardinality(String) COMMENT 'approved or withdrawn by',
    ended_role LowCardinality(String),
    ended_at Nullable(DateTime64(3, 'UTC')),
    taken_at Nullable(DateTime64(3, 'UTC')) COMMENT 'when the reducer took it over',
    version UInt64 COMMENT 'milliseconds of the change'
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, id)
SETTINGS index_granularity = 256;

CREATE VIEW IF NOT EXISTS ioc_read.decisions ${on_cluster} ${as_owner} AS
SELECT tenant, id, toString(what) AS what, about, dim, due, limit_of, value, weights, valid_from, reason, document,
    toString(stage) AS stage, before, account, role, at, until, ended_by, ended_role, ended_at, taken_at
FROM ioc.decisions FINAL;
