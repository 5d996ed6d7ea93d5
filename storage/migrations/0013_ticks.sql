-- A tick: how far the ledger has been reduced. `vector` = next offset of every partition.
-- The last finished tick is where the reducer goes on; the plan of an unfinished one is on ioc.control.
CREATE TABLE IF NOT EXISTS ioc.ticks ${on_cluster}
(
    tick UInt64,
    kind Enum8('events' = 1, 'clock' = 2, 'rebuild' = 3),
    started_at DateTime64(3, 'UTC'),
    finished_at DateTime64(3, 'UTC'),
    events UInt32,
    cases UInt32,
    live UInt8 COMMENT '0 while a rebuild is running: values are not to be trusted yet',
    values_at DateTime64(3, 'UTC') COMMENT 'the instant up to which clock-driven cells are right',
    settled UInt64 COMMENT 'the last tick whose cells are written: with a backlog, some ticks behind',
    vector String,
    latency_source Array(String),
    latency_ms Array(UInt32) COMMENT 'upper edge of a bucket, 5 % wide',
    latency_events Array(UInt32),
    logged_at DateTime DEFAULT now()
)
ENGINE = ${MergeTree}
ORDER BY tick
TTL logged_at + INTERVAL 7 DAY
SETTINGS ${deduplication_window} = 1000;

-- From published to readable, by day and source: what ticks saw, kept when they are gone.
CREATE TABLE IF NOT EXISTS ioc.latency ${on_cluster}
(
    day Date COMMENT 'when the event became visible',
    source LowCardinality(String),
    milliseconds UInt32,
    events UInt64
)
ENGINE = ${SummingMergeTree}(events)
ORDER BY (day, source, milliseconds);

CREATE MATERIALIZED VIEW IF NOT EXISTS ioc.ticks_latency ${on_cluster} TO ioc.latency AS
SELECT
    toDate(finished_at, 'Asia/Ho_Chi_Minh') AS day,
    source,
    milliseconds,
    sum(toUInt64(seen)) AS events
FROM ioc.ticks
ARRAY JOIN latency_source AS source, latency_ms AS milliseconds, latency_events AS seen
GROUP BY day, source, milliseconds;

-- What a tick is about to touch, written before it writes anything else: recomputed after a crash.
CREATE TABLE IF NOT EXISTS ioc.reduce_log ${on_cluster}
(
    tick UInt64,
    view LowCardinality(String),
    day_column LowCardinality(String),
    days Array(Date),
    logged_at DateTime DEFAULT now()
)
ENGINE = ${MergeTree}
ORDER BY tick
TTL logged_at + INTERVAL 7 DAY;

-- Plans too long for the metadata of a Kafka commit (4096 bytes); the metadata then names the tick only.
CREATE TABLE IF NOT EXISTS ioc.reduce_plans ${on_cluster}
(
    tick UInt64,
    plan String,
    logged_at DateTime DEFAULT now()
)
ENGINE = ${MergeTree}
ORDER BY tick
TTL logged_at + INTERVAL 7 DAY
SETTINGS ${deduplication_window} = 100;

-- Wishes of `ioc rebuild`, obeyed by the reducer.
CREATE TABLE IF NOT EXISTS ioc.rebuilds ${on_cluster}
(
    id UInt64 COMMENT 'milliseconds since 1970 of the request',
    state Enum8('asked' = 1, 'running' = 2, 'done' = 3),
    message String,
    version UInt64
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY id;

-- Identities that a correction named and that stand, or may stand, under another subject.
CREATE TABLE IF NOT EXISTS ioc.corrections ${on_cluster}
(
    source LowCardinality(String),
    id String,
    version UInt64
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (source, id);
