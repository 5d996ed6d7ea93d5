-- Cases: what the events of one subject add up to now. One row a case, the greatest tick wins.
--
-- ORDER BY (tenant, subject): the reducer reads and writes by subject; day queries go through the minmax
-- indexes on the instants. index_granularity 1024: a tick reads a few hundred scattered rows.
-- `state` holds the facts the case was made from (so that a late event can be merged) and its derived row.
CREATE TABLE IF NOT EXISTS ioc.cases_document_in ${on_cluster}
(
    tenant LowCardinality(String),
    subject String,
    unit LowCardinality(String) COMMENT 'latest lead assignee, else receiver',
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'arrived',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'completed',
    registered_at Nullable(DateTime64(3, 'UTC')),
    assigned_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first assignment',
    assign_due_at Nullable(DateTime64(3, 'UTC')) COMMENT 'urgent: when it should be assigned at the latest',
    due_at Nullable(DateTime64(3, 'UTC')),
    registered_ok UInt8 COMMENT 'registered within the legal time',
    on_time UInt8 COMMENT 'completed on or before the date due',
    open UInt8,
    gap UInt8 COMMENT 'steps without their start, or after the end',
    urgency LowCardinality(String),
    channel LowCardinality(String),
    doc_type LowCardinality(String),
    outcome LowCardinality(String),
    exchange_status LowCardinality(String),
    steering UInt8,
    response_required UInt8,
    state String CODEC(ZSTD(1)),
    version UInt64,
    INDEX by_opened opened_at TYPE minmax GRANULARITY 1,
    INDEX by_ended ended_at TYPE minmax GRANULARITY 1,
    INDEX by_open open TYPE set(2) GRANULARITY 1
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ioc.cases_document_out ${on_cluster}
(
    tenant LowCardinality(String),
    subject String,
    unit LowCardinality(String) COMMENT 'issuer',
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'issued',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'sent',
    signed_at Nullable(DateTime64(3, 'UTC')),
    sent_ok UInt8 COMMENT 'sent within the legal time',
    signed UInt8,
    open UInt8,
    gap UInt8,
    urgency LowCardinality(String),
    channel LowCardinality(String),
    doc_type LowCardinality(String),
    signature_kind LowCardinality(String),
    exchange_status LowCardinality(String),
    recipient_count UInt32,
    state String CODEC(ZSTD(1)),
    version UInt64,
    INDEX by_opened opened_at TYPE minmax GRANULARITY 1,
    INDEX by_ended ended_at TYPE minmax GRANULARITY 1,
    INDEX by_open open TYPE set(2) GRANULARITY 1
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;

-- stage_*: the time the dossier was open, cut at every pause, resumption and extension: what was due, and
-- whether the clock ran, at any past instant. due NULL in a stage: not yet overdue when it was paused.
CREATE TABLE IF NOT EXISTS ioc.cases_dossier ${on_cluster}
(
    tenant LowCardinality(String),
    subject String,
    unit LowCardinality(String) COMMENT 'where it was received',
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'received',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'resolved or closed, whichever came first',
    resolved_at Nullable(DateTime64(3, 'UTC')),
    closed_at Nullable(DateTime64(3, 'UTC')),
    synced_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first successful synchronisation to the portal',
    due_at Nullable(DateTime64(3, 'UTC')) COMMENT 'last extension, else promised date plus paused working time',
    promised_at Nullable(DateTime64(3, 'UTC')) COMMENT 'due date as promised at receipt',
    paused_minutes UInt32 COMMENT 'working minutes',
    on_time UInt8 COMMENT 'resolved on or before the date due',
    open UInt8,
    running UInt8,
    extended UInt8,
    gap UInt8,
    result LowCardinality(String),
    e_result UInt8,
    outcome LowCardinality(String),
    procedure_code LowCardinality(String),
    field_code LowCardinality(String),
    channel LowCardinality(String),
    applicant_kind LowCardinality(String),
    digitised UInt8,
    reused UInt8,
    vneid_verified UInt8,
    fee_required UInt8,
    payment_method LowCardinality(String),
    score UInt8,
    dissatisfied UInt8,
    stage_from Array(DateTime64(3, 'UTC')),
    stage_to Array(DateTime64(3, 'UTC')),
    stage_due Array(Nullable(DateTime64(3, 'UTC'))),
    stage_soon Array(Nullable(DateTime64(3, 'UTC'))) COMMENT 'from when at most one working day is left',
    stage_running Array(UInt8),
    state String CODEC(ZSTD(1)),
    version UInt64,
    INDEX by_opened opened_at TYPE minmax GRANULARITY 1,
    INDEX by_ended ended_at TYPE minmax GRANULARITY 1,
    INDEX by_resolved resolved_at TYPE minmax GRANULARITY 1,
    INDEX by_open open TYPE set(2) GRANULARITY 1
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ioc.cases_feedback ${on_cluster}
(
    tenant LowCardinality(String),
    subject String,
    unit LowCardinality(String),
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first heard of',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'resolved or refused, and not reopened since',
    due_at Nullable(DateTime64(3, 'UTC')),
    on_time UInt8,
    open UInt8,
    gap UInt8,
    kind LowCardinality(String),
    status LowCardinality(String),
    reopened UInt8,
    dissatisfied UInt8,
    state String CODEC(ZSTD(1)),
    version UInt64,
    INDEX by_opened opened_at TYPE minmax GRANULARITY 1,
    INDEX by_due due_at TYPE minmax GRANULARITY 1,
    INDEX by_ended ended_at TYPE minmax GRANULARITY 1,
    INDEX by_open open TYPE set(2) GRANULARITY 1
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ioc.cases_source ${on_cluster}
(
    tenant LowCardinality(String),
    subject String COMMENT 'system code',
    unit LowCardinality(String),
    opened_at Nullable(DateTime64(3, 'UTC')) COMMENT 'last heartbeat or event',
    ended_at Nullable(DateTime64(3, 'UTC')),
    heartbeat_at Nullable(DateTime64(3, 'UTC')),
    event_at Nullable(DateTime64(3, 'UTC')) COMMENT 'last event of another type',
    event_type LowCardinality(String),
    status LowCardinality(String),
    interval_s UInt32 COMMENT 'as its last heartbeat says, 0 without one',
    backlog UInt64,
    sent_total UInt64,
    sent_epoch Nullable(DateTime64(3, 'UTC')),
    state String CODEC(ZSTD(1)),
    version UInt64
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, subject)
SETTINGS index_granularity = 1024;
