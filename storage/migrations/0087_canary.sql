-- How old what people see is: measured by what came through (freshness), and by canaries when nothing comes.

-- reached_at: every record that the ledger held at this instant is in the values that this tick wrote (or wrote last,
-- if it wrote none). In a backlog it lies behind: the time of the last record read. Before this file: the tick's end.
-- fresh_*: how many records took how long from Kafka's timestamp until the values that hold them were written.
ALTER TABLE ioc.ticks ${on_cluster} ADD COLUMN IF NOT EXISTS reached_at DateTime64(3, 'UTC') DEFAULT finished_at;
ALTER TABLE ioc.ticks ${on_cluster} ADD COLUMN IF NOT EXISTS fresh_ms Array(UInt32) COMMENT 'upper edge of a bucket';
ALTER TABLE ioc.ticks ${on_cluster} ADD COLUMN IF NOT EXISTS fresh_records Array(UInt32);

-- By the minute in which they became visible, for 35 days: what the promise on freshness is judged by.
CREATE TABLE IF NOT EXISTS ioc.freshness ${on_cluster}
(
    minute DateTime('UTC'),
    milliseconds UInt32,
    records UInt64
)
ENGINE = ${SummingMergeTree}(records)
ORDER BY (minute, milliseconds)
TTL minute + INTERVAL 35 DAY;

CREATE MATERIALIZED VIEW IF NOT EXISTS ioc.ticks_freshness ${on_cluster} TO ioc.freshness AS
SELECT toStartOfMinute(finished_at) AS minute, milliseconds, sum(toUInt64(seen)) AS records
FROM ioc.ticks
ARRAY JOIN fresh_ms AS milliseconds, fresh_records AS seen
GROUP BY minute, milliseconds;

-- Canaries that arrived, with the instants of their way: sent, in Kafka, found in the ledger, in values written.
-- Read by topic and newest first.
CREATE TABLE IF NOT EXISTS ioc.canaries ${on_cluster}
(
    topic LowCardinality(String),
    sent_at DateTime64(3, 'UTC'),
    every_s UInt32,
    logged_at DateTime64(3, 'UTC'),
    landed_at DateTime64(3, 'UTC') COMMENT 'when the reducer found it in the ledger',
    visible_at DateTime64(3, 'UTC'),
    noted_at DateTime DEFAULT now()
)
ENGINE = ${ReplacingMergeTree}(visible_at)
ORDER BY (topic, sent_at)
TTL noted_at + INTERVAL 7 DAY;

-- The newest canary of each topic. missed: how many should have arrived since; three are an alert.
CREATE VIEW IF NOT EXISTS ioc_read.canaries ${on_cluster} ${as_owner} AS
SELECT topic, max(c.sent_at) AS newest_at,
    dateDiff('second', newest_at, now64(3)) AS age_s,
    argMax(c.every_s, c.sent_at) AS every_s,
    -- One may be under way.
    toInt64(greatest(intDiv(age_s, greatest(every_s, 1)) - 1, 0)) AS missed,
    argMax(dateDiff('millisecond', c.sent_at, c.logged_at), c.sent_at) AS to_kafka_ms,
    argMax(dateDiff('millisecond', c.logged_at, c.landed_at), c.sent_at) AS to_ledger_ms,
    argMax(dateDiff('millisecond', c.landed_at, c.visible_at), c.sent_at) AS to_value_ms
FROM ioc.canaries AS c
WHERE c.sent_at > now64(3) - INTERVAL 7 DAY
GROUP BY topic;

CREATE VIEW IF NOT EXISTS ioc.watch_canaries ${on_cluster} AS
SELECT '' AS tenant, topic AS subject, '' AS unit, newest_at, every_s FROM ioc_read.canaries;

CREATE VIEW IF NOT EXISTS ioc_read.freshness ${on_cluster} ${as_owner} AS
SELECT minute, milliseconds, sum(f.records) AS records FROM ioc.freshness AS f GROUP BY minute, milliseconds;

-- As in 0031: since when landing has looked at every log and found nothing older waiting. A partition that stands
-- still is left out: it makes old what its topic feeds (storage/trust.py), not everything.
CREATE OR REPLACE VIEW ioc.landing_told ${on_cluster} AS
SELECT minOrNull(told) AS told_at
FROM
(
    SELECT max(at) AS seen, argMax(tuple(waiting_since), at).1 AS waits,
        if((topic, partition) IN (SELECT topic, partition FROM ioc.landing_stops FINAL WHERE reason != ''), seen,
            least(seen, ifNull(waits, seen))) AS told
    FROM ioc.landing_progress GROUP BY topic, partition
);

-- As in 0031, from the last tick that wrote values, and how far it had read.
CREATE OR REPLACE VIEW ioc_read.trust ${on_cluster} ${as_owner} AS
WITH
    (SELECT told_at FROM ioc.landing_told) AS told_at,
    (SELECT live FROM ioc.ticks ORDER BY tick DESC LIMIT 1) AS live,
    (SELECT reached_at FROM ioc.ticks WHERE settled = tick ORDER BY tick DESC LIMIT 1) AS written_at,
    least(written_at, ifNull(told_at, written_at)) AS reached,
    live = 1 AND reached > now64(3) - INTERVAL 30 SECOND AS ticking
SELECT
    r.tenant AS tenant,
    r.kpi AS kpi,
    r.unit AS unit,
    if(r.own, reached, least(reached, r.as_of)) AS as_of,
    if(r.own, toNullable(ticking), ticking AND now64(3) < r.stale_at) AS fresh,
    r.coverage_units AS coverage_units,
    r.expected_units AS expected_units
FROM (SELECT * FROM ioc.kpi_trust FINAL) AS r;

-- As in 0015, with how far a tick had read.
CREATE OR REPLACE VIEW ioc_read.ticks ${on_cluster} ${as_owner} AS
SELECT tick, kind, started_at, finished_at, events, cases, live, settled, values_at, reached_at
FROM ioc.ticks;
