-- Reconciliation that is always on: every record of every topic and every event that a source says it sent, each
-- in one place, or named as missing.

-- Ranges of offsets that somebody with a name has given up: Kafka no longer has them and the ledger never did.
-- They stay in the account as `lost`. Written again, the same range is one row: ORDER BY is its identity.
CREATE TABLE IF NOT EXISTS ioc.ledger_lost ${on_cluster}
(
    topic LowCardinality(String),
    topic_id UUID,
    partition UInt16,
    first UInt64,
    last UInt64,
    reason LowCardinality(String) COMMENT 'a code, from ioc/losses.py',
    account String,
    at DateTime64(3, 'UTC')
)
ENGINE = ${ReplacingMergeTree}(at)
ORDER BY (topic, topic_id, partition, first, last);

-- Since when the oldest record waits that Kafka holds and the ledger does not; NULL: none does.
ALTER TABLE ioc.landing_progress ${on_cluster} ADD COLUMN IF NOT EXISTS waiting_since Nullable(DateTime64(3, 'UTC'));

-- Of which log the range is, and what kind of stop it is (streams/land/resume.py): what may be done about it.
ALTER TABLE ioc.landing_stops ${on_cluster} ADD COLUMN IF NOT EXISTS topic_id UUID;
ALTER TABLE ioc.landing_stops ${on_cluster} ADD COLUMN IF NOT EXISTS kind LowCardinality(String);

CREATE OR REPLACE VIEW ioc_read.landing_stops ${on_cluster} ${as_owner} AS
SELECT topic, partition, reason, first, last, at, kind, toString(topic_id) AS log
FROM ioc.landing_stops FINAL WHERE reason != '';

-- What each source sent, by hour: a few rows a part, kept by the insert itself, so that it can neither be lost nor
-- doubled. Without it every look would read all rows since a source began to count.
-- by_time: rows lie in the order of their timestamp within a log, so a stretch of time is a stretch of granules.
ALTER TABLE ioc.events_documents ${on_cluster} ADD PROJECTION IF NOT EXISTS by_source (SELECT source, verdict, toStartOfHour(logged_at), count() GROUP BY source, verdict, toStartOfHour(logged_at));
ALTER TABLE ioc.events_services ${on_cluster} ADD PROJECTION IF NOT EXISTS by_source (SELECT source, verdict, toStartOfHour(logged_at), count() GROUP BY source, verdict, toStartOfHour(logged_at));
ALTER TABLE ioc.events_hr ${on_cluster} ADD PROJECTION IF NOT EXISTS by_source (SELECT source, verdict, toStartOfHour(logged_at), count() GROUP BY source, verdict, toStartOfHour(logged_at));
ALTER TABLE ioc.events_tasks ${on_cluster} ADD PROJECTION IF NOT EXISTS by_source (SELECT source, verdict, toStartOfHour(logged_at), count() GROUP BY source, verdict, toStartOfHour(logged_at));
ALTER TABLE ioc.events_archives ${on_cluster} ADD PROJECTION IF NOT EXISTS by_source (SELECT source, verdict, toStartOfHour(logged_at), count() GROUP BY source, verdict, toStartOfHour(logged_at));
ALTER TABLE ioc.events_quality ${on_cluster} ADD PROJECTION IF NOT EXISTS by_source (SELECT source, verdict, toStartOfHour(logged_at), count() GROUP BY source, verdict, toStartOfHour(logged_at));
ALTER TABLE ioc.events_platform ${on_cluster} ADD PROJECTION IF NOT EXISTS by_source (SELECT source, verdict, toStartOfHour(logged_at), count() GROUP BY source, verdict, toStartOfHour(logged_at));
ALTER TABLE ioc.events_alerts ${on_cluster} ADD PROJECTION IF NOT EXISTS by_source (SELECT source, verdict, toStartOfHour(logged_at), count() GROUP BY source, verdict, toStartOfHour(logged_at));
ALTER TABLE ioc.events_documents ${on_cluster} ADD INDEX IF NOT EXISTS by_time logged_at TYPE minmax GRANULARITY 1;
ALTER TABLE ioc.events_services ${on_cluster} ADD INDEX IF NOT EXISTS by_time logged_at TYPE minmax GRANULARITY 1;
ALTER TABLE ioc.events_hr ${on_cluster} ADD INDEX IF NOT EXISTS by_time logged_at TYPE minmax GRANULARITY 1;
ALTER TABLE ioc.events_tasks ${on_cluster} ADD INDEX IF NOT EXISTS by_time logged_at TYPE minmax GRANULARITY 1;
ALTER TABLE ioc.events_archives ${on_cluster} ADD INDEX IF NOT EXISTS by_time logged_at TYPE minmax GRANULARITY 1;
ALTER TABLE ioc.events_quality ${on_cluster} ADD INDEX IF NOT EXISTS by_time logged_at TYPE minmax GRANULARITY 1;
ALTER TABLE ioc.events_platform ${on_cluster} ADD INDEX IF NOT EXISTS by_time logged_at TYPE minmax GRANULARITY 1;
ALTER TABLE ioc.events_alerts ${on_cluster} ADD INDEX IF NOT EXISTS by_time logged_at TYPE minmax GRANULARITY 1;

-- As in 0002, with the ranges given up as a verdict of their own.
CREATE OR REPLACE VIEW ioc.ledger_totals ${on_cluster} AS
SELECT 'ioc.documents' AS topic, topic_id, partition, toString(verdict) AS verdict, count() AS records, min(offset) AS first, max(offset) AS last FROM ioc.events_documents GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.services', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_services GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.hr', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_hr GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.tasks', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_tasks GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.archives', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_archives GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.quality', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_quality GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.platform', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_platform GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.alerts', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_alerts GROUP BY topic_id, partition, verdict
UNION ALL SELECT topic, topic_id, partition, pair.1, pair.2, first, last FROM ioc.ledger_expired FINAL ARRAY JOIN [('counted', counted), ('suppressed', suppressed), ('conflict', conflict), ('rejected', rejected)] AS pair WHERE pair.2 > 0
UNION ALL SELECT topic, topic_id, partition, 'lost', toUInt64(last - first + 1), first, last FROM ioc.ledger_lost FINAL;

-- One row for each topic; the equation is
--   received = counted + suppressed + conflict + rejected + lost + in_flight + missing + unconfirmed
-- and it adds up when missing, unconfirmed and stopped are 0. As in 0030, but topic by topic:
--   missing: records between others of the ledger that it does not have (`ioc reconcile` names the ranges).
--   unconfirmed: of a log that is gone (its topic was made anew) and had reached further than the ledger.
--   waiting_since: since when the oldest record waits to be landed.
CREATE OR REPLACE VIEW ioc_read.reconciliation ${on_cluster} ${as_owner} AS
WITH
    held AS
    (
        SELECT topic, topic_id, partition,
            sum(all_totals.records) AS rows,
            min(all_totals.first) AS low,
            max(all_totals.last) + 1 AS high,
            sumIf(all_totals.records, verdict = 'counted') AS counted,
            sumIf(all_totals.records, verdict = 'suppressed') AS suppressed,
            sumIf(all_totals.records, verdict = 'conflict') AS conflict,
            sumIf(all_totals.records, verdict = 'rejected') AS rejected,
            sumIf(all_totals.records, verdict = 'lost') AS lost
        FROM ioc.ledger_totals AS all_totals
        GROUP BY topic, topic_id, partition
    ),
    logs AS
    (
        SELECT topic, topic_id, partition, start, end, at, waiting_since, 1 AS seen,
            topic_id = argMax(topic_id, at) OVER (PARTITION BY topic, partition) AS present
        FROM ioc.landing_progress FINAL
    ),
    both AS
    (
        SELECT topic, rows, counted, suppressed, conflict, rejected, lost, at, waiting_since,
            multiIf(rows = 0, start, seen = 0, low, least(low, start)) AS begin,
            if(rows = 0, start, high) AS landed,
            greatest(if(rows = 0, start, high), end) AS reached,
            seen AND NOT present AS gone
        FROM held FULL OUTER JOIN logs USING (topic, topic_id, partition)
    )
SELECT
    b.topic AS topic,
    toInt64(sum(b.reached - b.begin)) AS received,
    toInt64(sum(b.counted)) AS counted,
    toInt64(sum(b.suppressed)) AS suppressed,
    toInt64(sum(b.conflict)) AS conflict,
    toInt64(sum(b.rejected)) AS rejected,
    toInt64(sum(b.lost)) AS lost,
    toInt64(sumIf(b.reached - b.landed, NOT b.gone)) AS in_flight,
    toInt64(sum(toInt64(b.landed - b.begin) - toInt64(b.rows))) AS missing,
    toInt64(sumIf(b.reached - b.landed, b.gone)) AS unconfirmed,
    any(ifNull(s.stopped, 0)) AS stopped,
    minOrNullIf(b.waiting_since, NOT b.gone AND b.reached > b.landed) AS waiting_since,
    maxOrNullIf(b.at, b.at > toDateTime64(0, 3, 'UTC')) AS told_at,
    received > counted + suppressed + conflict + rejected + lost + in_flight OR missing != 0 OR stopped > 0 AS wrong
FROM both AS b
LEFT JOIN
(
    SELECT topic, toInt64(count()) AS stopped FROM ioc.landing_stops FINAL WHERE reason != '' GROUP BY topic
) AS s ON s.topic = b.topic
GROUP BY b.topic;

-- As in 0030, one row, with what was given up.
CREATE OR REPLACE VIEW ioc_read.ledger_total ${on_cluster} ${as_owner} AS
SELECT
    sum(r.received) AS received,
    sum(r.counted) AS counted,
    sum(r.suppressed) AS suppressed,
    sum(r.conflict) AS conflict,
    sum(r.rejected) AS rejected,
    sum(r.lost) AS lost,
    sum(r.in_flight) AS in_flight,
    sum(r.missing + r.unconfirmed) AS missing,
    toInt64((SELECT count() FROM ioc.landing_stops FINAL WHERE reason != '')) AS stopped
FROM ioc_read.reconciliation AS r;
