-- Cases of procedures, archives, tasks, datasets, calls between systems and alerts: what the events of one
-- subject add up to now. One row a case, the greatest tick wins.
--
-- ORDER BY (tenant, subject): the reducer reads and writes by subject; day queries go through the minmax
-- indexes on the instants. index_granularity 1024: a tick reads a few hundred scattered rows.
-- stage_*: the case's past as spans of time, each column one value a span.
CREATE TABLE IF NOT EXISTS ioc.cases_procedure ${on_cluster}
(
    tenant LowCardinality(String),
    subject String COMMENT 'procedure_code',
    unit LowCardinality(String) COMMENT 'that announced it last',
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first announced',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'abolished, or merged into another',
    announced_at Nullable(DateTime64(3, 'UTC')) COMMENT 'last announced',
    announced_on_time UInt8 COMMENT 'the last announcement',
    published_on_time UInt8 COMMENT 'the last publication',
    open UInt8,
    gap UInt8,
    field_code LowCardinality(String),
    business_related UInt8,
    statutory_days Float64,
    stage_from Array(DateTime64(3, 'UTC')),
    stage_to Array(DateTime64(3, 'UTC')),
    stage_active Array(UInt8),
    stage_level Array(LowCardinality(String)) COMMENT 'none, partial, full',
    stage_eligible Array(UInt8) COMMENT 'may be offered online',
    stage_fee Array(UInt8),
    stage_fee_offered Array(UInt8) COMMENT 'its fee can be paid on the portal',
    stage_citizen Array(UInt8) COMMENT 'citizens apply for it',
    stage_connected Array(UInt8) COMMENT 'reads the population database',
    stage_paper Array(Nullable(UInt8)) COMMENT 'ends in a paper result; NULL: not stated',
    stage_complete Array(UInt8) COMMENT 'all parts of its description are public',
    announcements Array(DateTime64(3, 'UTC')) COMMENT 'all its announcements',
    announcements_in_time Array(UInt8),
    publications_in_time Array(UInt8),
    state String CODEC(ZSTD(1)),
    version UInt64,
    INDEX by_opened opened_at TYPE minmax GRANULARITY 1
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;

-- A batch stays open for ever: what was digitised stays digitised.
CREATE TABLE IF NOT EXISTS ioc.cases_archive ${on_cluster}
(
    tenant LowCardinality(String),
    subject String COMMENT 'batch_ref',
    unit LowCardinality(String) COMMENT 'archive centre',
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first processed',
    ended_at Nullable(DateTime64(3, 'UTC')),
    open UInt8,
    gap UInt8,
    fonds_code LowCardinality(String),
    last_operation LowCardinality(String),
    high_use UInt8,
    error_items UInt64,
    stage_from Array(DateTime64(3, 'UTC')),
    stage_to Array(DateTime64(3, 'UTC')),
    stage_described Array(UInt64) COMMENT 'items so far',
    stage_digitised Array(UInt64) COMMENT 'pages so far',
    stage_highuse Array(UInt64) COMMENT 'of them, of high use',
    state String CODEC(ZSTD(1)),
    version UInt64,
    INDEX by_opened opened_at TYPE minmax GRANULARITY 1
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ioc.cases_task ${on_cluster}
(
    tenant LowCardinality(String),
    subject String COMMENT 'task_ref',
    unit LowCardinality(String) COMMENT 'lead',
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'assigned',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'completed or cancelled, and not returned since',
    original_due_at Nullable(DateTime64(3, 'UTC')),
    due_at Nullable(DateTime64(3, 'UTC')) COMMENT 'as last extended',
    on_time UInt8 COMMENT 'completed on or before the date it was first due',
    open UInt8,
    gap UInt8 COMMENT 'steps without their start',
    program LowCardinality(String),
    priority UInt8,
    status LowCardinality(String),
    progress UInt8 COMMENT 'percent',
    extended UInt8,
    stage_from Array(DateTime64(3, 'UTC')),
    stage_to Array(DateTime64(3, 'UTC')),
    stage_state Array(LowCardinality(String)),
    stage_due Array(Nullable(DateTime64(3, 'UTC'))),
    state String CODEC(ZSTD(1)),
    version UInt64,
    INDEX by_opened opened_at TYPE minmax GRANULARITY 1,
    INDEX by_ended ended_at TYPE minmax GRANULARITY 1,
    INDEX by_open open TYPE set(2) GRANULARITY 1
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ioc.cases_dataset ${on_cluster}
(
    tenant LowCardinality(String),
    subject String COMMENT 'dataset_code/unit/day',
    unit LowCardinality(String),
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'last assessed on that day',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'the same',
    open UInt8,
    gap UInt8,
    dataset LowCardinality(String),
    rule_version LowCardinality(String),
    records_total UInt64,
    records_checked UInt64,
    verified_ok UInt64,
    mandatory_total UInt64,
    mandatory_filled UInt64,
    duplicates UInt64,
    format_errors UInt64,
    ref_errors UInt64,
    error_records UInt64,
    stale_records UInt64,
    state String CODEC(ZSTD(1)),
    version UInt64,
    INDEX by_opened opened_at TYPE minmax GRANULARITY 1
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;

-- By subject, a system's hours stand in order of time: the index on the end leaves out all but the last day.
CREATE TABLE IF NOT EXISTS ioc.cases_interop ${on_cluster}
(
    tenant LowCardinality(String),
    subject String COMMENT 'system_code/hour of UTC',
    unit LowCardinality(String),
    system LowCardinality(String),
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first minute with calls',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'a day after the last successful call',
    open UInt8,
    gap UInt8,
    ok_calls UInt64,
    failed_calls UInt64,
    stage_from Array(DateTime64(3, 'UTC')),
    stage_to Array(DateTime64(3, 'UTC')),
    stage_unit Array(LowCardinality(String)),
    state String CODEC(ZSTD(1)),
    version UInt64,
    INDEX by_opened opened_at TYPE minmax GRANULARITY 1,
    INDEX by_ended ended_at TYPE minmax GRANULARITY 1
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ioc.cases_alert ${on_cluster}
(
    tenant LowCardinality(String),
    subject String COMMENT 'alert_ref',
    unit LowCardinality(String),
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'raised, or first heard of',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'resolved or closed, and not raised since',
    raised_at Nullable(DateTime64(3, 'UTC')),
    acknowledged_at Nullable(DateTime64(3, 'UTC')) COMMENT 'the first time',
    ack_seconds Nullable(UInt32) COMMENT 'from raised to acknowledged',
    open UInt8,
    gap UInt8,
    rule LowCardinality(String),
    kpi LowCardinality(String),
    severity LowCardinality(String),
    status LowCardinality(String),
    escalated UInt8,
    state String CODEC(ZSTD(1)),
    version UInt64,
    INDEX by_opened opened_at TYPE minmax GRANULARITY 1,
    INDEX by_acknowledged acknowledged_at TYPE minmax GRANULARITY 1,
    INDEX by_open open TYPE set(2) GRANULARITY 1
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;
