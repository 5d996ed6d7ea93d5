-- Cases about persons. No view for readers exists on any of them: only per-unit counts leave them.
-- A person is the pseudonym that the publisher made; person_ref stays in `state` and `subject`.
CREATE TABLE IF NOT EXISTS ioc.cases_hr_change ${on_cluster}
(
    tenant LowCardinality(String),
    subject String COMMENT 'change_ref',
    unit LowCardinality(String),
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'completed in the HR system',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first successful synchronisation to the national database',
    limit_at Nullable(DateTime64(3, 'UTC')) COMMENT 'last instant in time',
    settled_at Nullable(DateTime64(3, 'UTC')) COMMENT 'synchronised or past its limit, whichever comes first',
    on_time UInt8,
    open UInt8,
    gap UInt8,
    origin LowCardinality(String),
    change_group LowCardinality(String),
    state String CODEC(ZSTD(1)),
    version UInt64,
    INDEX by_opened opened_at TYPE minmax GRANULARITY 1,
    INDEX by_settled settled_at TYPE minmax GRANULARITY 1,
    INDEX by_open open TYPE set(2) GRANULARITY 1
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;

-- stage_*: the time spans in which the statement "this person, in that unit, is covered" held.
CREATE TABLE IF NOT EXISTS ioc.cases_hr_record ${on_cluster}
(
    tenant LowCardinality(String),
    subject String COMMENT 'person_ref',
    unit LowCardinality(String),
    person String,
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first synchronisation',
    ended_at Nullable(DateTime64(3, 'UTC')),
    last_result LowCardinality(String),
    stage_from Array(DateTime64(3, 'UTC')),
    stage_to Array(DateTime64(3, 'UTC')),
    stage_unit Array(LowCardinality(String)),
    state String CODEC(ZSTD(1)),
    version UInt64
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ioc.cases_credential ${on_cluster}
(
    tenant LowCardinality(String),
    subject String COMMENT 'person_ref/kind',
    unit LowCardinality(String),
    person String,
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first issue',
    ended_at Nullable(DateTime64(3, 'UTC')),
    kind LowCardinality(String),
    stage_from Array(DateTime64(3, 'UTC')),
    stage_to Array(DateTime64(3, 'UTC')),
    stage_unit Array(LowCardinality(String)),
    state String CODEC(ZSTD(1)),
    version UInt64
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ioc.cases_training ${on_cluster}
(
    tenant LowCardinality(String),
    subject String COMMENT 'person_ref/course_group',
    unit LowCardinality(String),
    person String,
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first course',
    ended_at Nullable(DateTime64(3, 'UTC')),
    course_group LowCardinality(String),
    proficient UInt8 COMMENT 'passed a course of this level',
    stage_from Array(DateTime64(3, 'UTC')) COMMENT 'passed: counts for 12 months',
    stage_to Array(DateTime64(3, 'UTC')),
    stage_unit Array(LowCardinality(String)),
    state String CODEC(ZSTD(1)),
    version UInt64
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;
