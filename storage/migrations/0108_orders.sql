-- Tasks, comments and corrections that one post asks of another: one row a step, never updated. The number of a step is
-- its insert's token, so that of two steps of the same number one is kept, whichever gateways they came from.
--
-- ORDER BY (tenant, id, seqno): some thousands a year, asked for as the last step of each, or by id.
CREATE TABLE IF NOT EXISTS ioc.orders ${on_cluster}
(
    tenant LowCardinality(String),
    id UUID,
    seqno UInt32,
    step UUID COMMENT 'whose step it is: of two at once only one is kept',
    kind Enum8('order' = 1, 'comment' = 2, 'correction' = 3),
    about Enum8('alert' = 1, 'kpi' = 2, 'case' = 3),
    ref String COMMENT 'alert, KPI or subject; never a person',
    window LowCardinality(String),
    unit LowCardinality(String) COMMENT 'who is to act, or whose number or case it is',
    code LowCardinality(String),
    due Nullable(Date32),
    asked_by LowCardinality(String),
    asked_role LowCardinality(String),
    asked_at DateTime64(3, 'UTC'),
    state Enum8('open' = 1, 'taken' = 2, 'done' = 3, 'accepted' = 4, 'declined' = 5, 'withdrawn' = 6),
    account LowCardinality(String) COMMENT 'who did this step',
    role LowCardinality(String),
    at DateTime64(3, 'UTC'),
    event String COMMENT 'id of the correcting event',
    answer LowCardinality(String) COMMENT 'why a correction was declined'
)
ENGINE = ${MergeTree}
ORDER BY (tenant, id, seqno)
SETTINGS index_granularity = 256, ${deduplication_window} = 1000;
