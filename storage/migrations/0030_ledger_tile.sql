-- How far each log reached when landing last looked: only landing may ask Kafka, walls read it here.
CREATE TABLE IF NOT EXISTS ioc.landing_progress ${on_cluster}
(
    topic LowCardinality(String),
    topic_id UUID,
    partition UInt16,
    start UInt64 COMMENT 'first offset that the log still holds',
    end UInt64 COMMENT 'offset that the next record will have',
    at DateTime64(3, 'UTC')
)
ENGINE = ${ReplacingMergeTree}(at)
ORDER BY (topic, topic_id, partition);

-- One row, also of an empty ledger: what came in against what became of it.
--   in_flight: behind the last record of the ledger. missing: between or before records of the ledger.
--   received = counted + suppressed + conflict + rejected + in_flight + missing; missing must be 0.
-- The ledger may be ahead of what landing last saw of a log, and hold records that the log no longer has.
CREATE VIEW IF NOT EXISTS ioc_read.ledger_total ${on_cluster} ${as_owner} AS
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
            sumIf(all_totals.records, verdict = 'rejected') AS rejected
        FROM ioc.ledger_totals AS all_totals
        GROUP BY topic, topic_id, partition
    ),
    logs AS (SELECT topic, topic_id, partition, start, end, 1 AS seen FROM ioc.landing_progress FINAL),
    both AS
    (
        SELECT rows, counted, suppressed, conflict, rejected,
            multiIf(rows = 0, start, seen = 0, low, least(low, start)) AS begin,
            if(rows = 0, start, high) AS landed,
            greatest(if(rows = 0, start, high), end) AS reached
        FROM held FULL OUTER JOIN logs USING (topic, topic_id, partition)
    )
SELECT
    toInt64(sum(reached - begin)) AS received,
    toInt64(sum(both.counted)) AS counted,
    toInt64(sum(both.suppressed)) AS suppressed,
    toInt64(sum(both.conflict)) AS conflict,
    toInt64(sum(both.rejected)) AS rejected,
    toInt64(sum(reached - landed)) AS in_flight,
    toInt64(sum(toInt64(landed - begin) - toInt64(rows))) AS missing,
    toInt64((SELECT count() FROM ioc.landing_stops FINAL WHERE reason != '')) AS stopped
FROM both;
