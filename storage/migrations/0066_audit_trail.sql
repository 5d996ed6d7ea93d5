-- What was done with the centre, by which post, with what outcome. Append-only: rows are inserted before the deed
-- takes effect (a deed that cannot be written down is not done), and never updated or deleted.
--
-- ORDER BY: an auditor asks for a period, newest first, often of one account or about one alert. The period comes
-- first because every question has one; the two others are found through indexes in the granules it leaves.
CREATE TABLE IF NOT EXISTS ioc.audit_trail ${on_cluster}
(
    tenant LowCardinality(String),
    at DateTime64(3, 'UTC'),
    id UUID,
    account LowCardinality(String) COMMENT 'empty: nobody that is known here',
    role LowCardinality(String),
    action LowCardinality(String),
    object String COMMENT 'alert, account or shift it was done to',
    outcome Enum8('done' = 1, 'refused' = 2, 'failed' = 3) COMMENT 'here; what became of a command: its own outcome',
    detail Array(String) COMMENT 'codes as name=value; neither text nor secrets',
    INDEX by_account account TYPE set(100) GRANULARITY 1,
    INDEX by_object object TYPE bloom_filter GRANULARITY 1
)
ENGINE = ${MergeTree}
PARTITION BY toYYYYMM(at)
ORDER BY (tenant, at, id)
SETTINGS ${deduplication_window} = 1000;

CREATE VIEW IF NOT EXISTS ioc_read.audit_trail ${on_cluster} ${as_owner} AS
SELECT tenant, at, id, account, role, action, object, outcome, detail
FROM ioc.audit_trail;

-- Hand-overs of shifts: counts made by the centre, notes as codes of the catalogue.
-- ORDER BY: what is asked is the last one, or those of some days.
CREATE TABLE IF NOT EXISTS ioc.shifts ${on_cluster}
(
    tenant LowCardinality(String),
    handed_at DateTime64(3, 'UTC'),
    id UUID,
    account LowCardinality(String),
    role LowCardinality(String),
    counts Map(LowCardinality(String), UInt32),
    notes Array(LowCardinality(String))
)
ENGINE = ${MergeTree}
ORDER BY (tenant, handed_at, id)
SETTINGS ${deduplication_window} = 1000;

CREATE VIEW IF NOT EXISTS ioc_read.shifts ${on_cluster} ${as_owner} AS
SELECT tenant, handed_at, id, role, counts, notes
FROM ioc.shifts;
