-- What the quarantine desk was asked to do with records that were not counted: one row a change of an act, the
-- greatest version wins. An act is written before it is done; it is never deleted.
--
-- ORDER BY (tenant, id): an act is asked for by its id, and nothing else is asked often. What is to be done is looked
-- for once a second among all acts (some thousands in a year): the minmax index on `stage` leaves that a granule.
-- The history of a record is found through the bloom filter.
CREATE TABLE IF NOT EXISTS ioc.desk_acts ${on_cluster}
(
    tenant LowCardinality(String),
    id UUID,
    kind Enum8('dry_run' = 1, 'replay' = 2, 'discard' = 3),
    stage Enum8('awaiting' = 1, 'asked' = 2, 'done' = 3, 'failed' = 4, 'expired' = 5),
    records Array(String) COMMENT 'topic/partition/offset',
    topic_ids Array(UUID) COMMENT 'of each of them: offsets of a re-created topic are other records',
    mends Array(String) COMMENT 'field:old=new, codes only',
    reason LowCardinality(String),
    account LowCardinality(String),
    role LowCardinality(String),
    at DateTime64(3, 'UTC'),
    until Nullable(DateTime64(3, 'UTC')) COMMENT 'a second account confirms before that, or nobody does',
    confirmed_by LowCardinality(String),
    confirmed_role LowCardinality(String),
    finished_at Nullable(DateTime64(3, 'UTC')),
    outcome String CODEC(ZSTD(1)) COMMENT 'JSON: verdict of each record, values before and after; no content',
    version UInt64 COMMENT 'milliseconds of the change',
    INDEX by_stage stage TYPE minmax GRANULARITY 1,
    INDEX by_record records TYPE bloom_filter GRANULARITY 1
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, id)
SETTINGS index_granularity = 256;

-- What became of each record at the desk; a record without a row is open.
--
-- ORDER BY as in the ledger: it is read beside the ledger's own row, by the same place, one or a page of them.
CREATE TABLE IF NOT EXISTS ioc.desk_records ${on_cluster}
(
    topic_id UUID,
    partition UInt16,
    offset UInt64,
    tenant LowCardinality(String),
    state Enum8('open' = 0, 'awaiting' = 1, 'replayed' = 2, 'discarded' = 3),
    until Nullable(DateTime64(3, 'UTC')) COMMENT 'awaiting until then, open again afterwards',
    act UUID,
    reason LowCardinality(String),
    new_topic LowCardinality(String) COMMENT 'where it stands now, when it was replayed',
    new_partition UInt16,
    new_offset UInt64,
    account LowCardinality(String),
    at DateTime64(3, 'UTC'),
    version UInt64 COMMENT 'milliseconds of the change'
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (topic_id, partition, offset);
