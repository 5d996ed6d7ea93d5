-- The ledger: one row for every Kafka record, whatever became of it.
--
-- ORDER BY (topic_id, partition, offset): the two readers that must stay cheap while history grows read in
-- offset order. The reducer takes "everything behind my watermark" (7 ms at any age; in subject order
-- 58-68 ms and growing) and a restarting worker asks "which of these offsets do you hold". The topic id
-- comes first because offsets of a re-created topic begin at 0 again and are other records.
-- Questions by subject go through the bloom filter, questions by identity through the projection by_id.
--
-- PARTITION BY month of the record's own timestamp: a retry lands in the same part, and expiry drops whole
-- partitions (storage/ledger.py writes their summary to ledger_expired first, so that the count of all
-- records stays exact; a TTL clause could not do that).
--
-- deduplication window: counts parts of the whole table, all Kafka partitions together. A retry comes
-- seconds after its first attempt, 10000 blocks are more than half an hour at full load.
CREATE TABLE IF NOT EXISTS ioc.events_documents ${on_cluster}
(
    topic_id UUID,
    partition UInt16,
    offset UInt64 CODEC(Delta, LZ4),
    logged_at DateTime64(3, 'UTC') CODEC(Delta, LZ4) COMMENT 'LogAppendTime of the record',
    verdict Enum8('counted' = 1, 'suppressed' = 2, 'conflict' = 3, 'rejected' = 4),
    reason LowCardinality(String) COMMENT 'why rejected or in conflict, else empty',
    field String COMMENT 'JSON pointer to what was wrong',
    id_hash UInt64 COMMENT 'cityHash64(concat(source, char(0), id)); 0 for rejected records',
    tenant LowCardinality(String),
    source LowCardinality(String),
    id String,
    type LowCardinality(String),
    subject String,
    time DateTime64(3, 'UTC'),
    producedat DateTime64(3, 'UTC'),
    orgunit LowCardinality(String),
    seqno UInt64,
    correctionof String,
    fingerprint FixedString(32),
    data String COMMENT 'canonical JSON of the data',
    masked String COMMENT 'shape of a rejected payload, every value hidden',
    rules LowCardinality(String) COMMENT 'version of the rules and catalogue that judged the record',

    INDEX by_subject subject TYPE bloom_filter(0.001) GRANULARITY 1,
    -- Identity lookups of the duplicate filter's hits: 16 bytes a row instead of a second table.
    PROJECTION by_id (SELECT id_hash, _part_offset ORDER BY id_hash),
    -- What the wall, the metrics and the nightly check ask every second: a few rows a part.
    PROJECTION totals
    (
        SELECT topic_id, partition, verdict, count(), min(offset), max(offset)
        GROUP BY topic_id, partition, verdict
    )
)
ENGINE = ${MergeTree}
PARTITION BY toYYYYMM(logged_at)
ORDER BY (topic_id, partition, offset)
SETTINGS index_granularity = 4096, ${deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS ioc.events_services ${on_cluster} AS ioc.events_documents
ENGINE = ${MergeTree} PARTITION BY toYYYYMM(logged_at) ORDER BY (topic_id, partition, offset)
SETTINGS index_granularity = 4096, ${deduplication_window} = 10000;

-- Personal events are kept 90 days, not a day more: they are partitioned, and so expire, by the day.
CREATE TABLE IF NOT EXISTS ioc.events_hr ${on_cluster} AS ioc.events_documents
ENGINE = ${MergeTree} PARTITION BY toYYYYMMDD(logged_at) ORDER BY (topic_id, partition, offset)
SETTINGS index_granularity = 4096, ${deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS ioc.events_tasks ${on_cluster} AS ioc.events_documents
ENGINE = ${MergeTree} PARTITION BY toYYYYMM(logged_at) ORDER BY (topic_id, partition, offset)
SETTINGS index_granularity = 4096, ${deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS ioc.events_archives ${on_cluster} AS ioc.events_documents
ENGINE = ${MergeTree} PARTITION BY toYYYYMM(logged_at) ORDER BY (topic_id, partition, offset)
SETTINGS index_granularity = 4096, ${deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS ioc.events_quality ${on_cluster} AS ioc.events_documents
ENGINE = ${MergeTree} PARTITION BY toYYYYMM(logged_at) ORDER BY (topic_id, partition, offset)
SETTINGS index_granularity = 4096, ${deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS ioc.events_platform ${on_cluster} AS ioc.events_documents
ENGINE = ${MergeTree} PARTITION BY toYYYYMM(logged_at) ORDER BY (topic_id, partition, offset)
SETTINGS index_granularity = 4096, ${deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS ioc.events_alerts ${on_cluster} AS ioc.events_documents
ENGINE = ${MergeTree} PARTITION BY toYYYYMM(logged_at) ORDER BY (topic_id, partition, offset)
SETTINGS index_granularity = 4096, ${deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS ioc.events ${on_cluster} AS ioc.events_documents
ENGINE = Merge(ioc, '^events_(documents|services|hr|tasks|archives|quality|platform|alerts)$$');
