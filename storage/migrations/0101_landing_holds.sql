-- Landing is asked to write nothing of a topic for a while, because its ledger table is about to be exchanged. A hold
-- runs out by itself: a command that dies must not stop landing for good. One row a topic, the newest counts.
CREATE TABLE IF NOT EXISTS ioc.landing_holds ${on_cluster}
(
    topic LowCardinality(String),
    id UInt64 COMMENT 'milliseconds since 1970 of the request',
    until DateTime64(3, 'UTC') COMMENT 'by the clock of the store; not later than now: let go',
    version UInt64
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY topic;

-- Who has nothing under way any more: the lane that owns the partition says so before it waits. Asked for by hold.
CREATE TABLE IF NOT EXISTS ioc.landing_held ${on_cluster}
(
    id UInt64,
    topic LowCardinality(String),
    partition UInt16,
    at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ${MergeTree}
ORDER BY (id, topic, partition)
TTL toDateTime(at) + INTERVAL 1 DAY;
