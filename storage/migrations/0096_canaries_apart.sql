-- Canaries are counted beside what sources say, not among it: eight every ten seconds would be more than a ministry
-- sends in a day, and "received" would tell nobody anything.

ALTER TABLE ioc.events_documents ${on_cluster} ADD PROJECTION IF NOT EXISTS totals_apart (SELECT topic_id, partition, verdict, endsWith(source, ':canary'), count(), min(offset), max(offset) GROUP BY topic_id, partition, verdict, endsWith(source, ':canary'));
ALTER TABLE ioc.events_services ${on_cluster} ADD PROJECTION IF NOT EXISTS totals_apart (SELECT topic_id, partition, verdict, endsWith(source, ':canary'), count(), min(offset), max(offset) GROUP BY topic_id, partition, verdict, endsWith(source, ':canary'));
ALTER TABLE ioc.events_hr ${on_cluster} ADD PROJECTION IF NOT EXISTS totals_apart (SELECT topic_id, partition, verdict, endsWith(source, ':canary'), count(), min(offset), max(offset) GROUP BY topic_id, partition, verdict, endsWith(source, ':canary'));
ALTER TABLE ioc.events_tasks ${on_cluster} ADD PROJECTION IF NOT EXISTS totals_apart (SELECT topic_id, partition, verdict, endsWith(source, ':canary'), count(), min(offset), max(offset) GROUP BY topic_id, partition, verdict, endsWith(source, ':canary'));
ALTER TABLE ioc.events_archives ${on_cluster} ADD PROJECTION IF NOT EXISTS totals_apart (SELECT topic_id, partition, verdict, endsWith(source, ':canary'), count(), min(offset), max(offset) GROUP BY topic_id, partition, verdict, endsWith(source, ':canary'));
ALTER TABLE ioc.events_quality ${on_cluster} ADD PROJECTION IF NOT EXISTS totals_apart (SELECT topic_id, partition, verdict, endsWith(source, ':canary'), count(), min(offset), max(offset) GROUP BY topic_id, partition, verdict, endsWith(source, ':canary'));
ALTER TABLE ioc.events_platform ${on_cluster} ADD PROJECTION IF NOT EXISTS totals_apart (SELECT topic_id, partition, verdict, endsWith(source, ':canary'), count(), min(offset), max(offset) GROUP BY topic_id, partition, verdict, endsWith(source, ':canary'));
ALTER TABLE ioc.events_alerts ${on_cluster} ADD PROJECTION IF NOT EXISTS totals_apart (SELECT topic_id, partition, verdict, endsWith(source, ':canary'), count(), min(offset), max(offset) GROUP BY topic_id, partition, verdict, endsWith(source, ':canary'));
ALTER TABLE ioc.events_documents ${on_cluster} MATERIALIZE PROJECTION totals_apart;
ALTER TABLE ioc.events_services ${on_cluster} MATERIALIZE PROJECTION totals_apart;
ALTER TABLE ioc.events_hr ${on_cluster} MATERIALIZE PROJECTION totals_apart;
ALTER TABLE ioc.events_tasks ${on_cluster} MATERIALIZE PROJECTION totals_apart;
ALTER TABLE ioc.events_archives ${on_cluster} MATERIALIZE PROJECTION totals_apart;
ALTER TABLE ioc.events_quality ${on_cluster} MATERIALIZE PROJECTION totals_apart;
ALTER TABLE ioc.events_platform ${on_cluster} MATERIALIZE PROJECTION totals_apart;
ALTER TABLE ioc.events_alerts ${on_cluster} MATERIALIZE PROJECTION totals_apart;
ALTER TABLE ioc.events_documents ${on_cluster} DROP PROJECTION IF EXISTS totals;
ALTER TABLE ioc.events_services ${on_cluster} DROP PROJECTION IF EXISTS totals;
ALTER TABLE ioc.events_hr ${on_cluster} DROP PROJECTION IF EXISTS totals;
ALTER TABLE ioc.events_tasks ${on_cluster} DROP PROJECTION IF EXISTS totals;
ALTER TABLE ioc.events_archives ${on_cluster} DROP PROJECTION IF EXISTS totals;
ALTER TABLE ioc.events_quality ${on_cluster} DROP PROJECTION IF EXISTS totals;
ALTER TABLE ioc.events_platform ${on_cluster} DROP PROJECTION IF EXISTS totals;
ALTER TABLE ioc.events_alerts ${on_cluster} DROP PROJECTION IF EXISTS totals;

ALTER TABLE ioc.ledger_expired ${on_cluster} ADD COLUMN IF NOT EXISTS canaries UInt64 COMMENT 'counted or repeated, and not in the other counts';

-- As in 0085, from the projection totals_apart. own: a canary that was counted or came twice; one that was refused is
-- no way to be quiet about.
CREATE OR REPLACE VIEW ioc.ledger_totals ${on_cluster} AS
SELECT 'ioc.documents' AS topic, topic_id, partition, toString(e.verdict) AS verdict, endsWith(e.source, ':canary') AND e.verdict IN ('counted', 'suppressed') AS own, count() AS records, min(e.offset) AS first, max(e.offset) AS last FROM ioc.events_documents AS e GROUP BY topic_id, partition, e.verdict, endsWith(e.source, ':canary')
UNION ALL SELECT 'ioc.services', topic_id, partition, toString(e.verdict), endsWith(e.source, ':canary') AND e.verdict IN ('counted', 'suppressed'), count(), min(e.offset), max(e.offset) FROM ioc.events_services AS e GROUP BY topic_id, partition, e.verdict, endsWith(e.source, ':canary')
UNION ALL SELECT 'ioc.hr', topic_id, partition, toString(e.verdict), endsWith(e.source, ':canary') AND e.verdict IN ('counted', 'suppressed'), count(), min(e.offset), max(e.offset) FROM ioc.events_hr AS e GROUP BY topic_id, partition, e.verdict, endsWith(e.source, ':canary')
UNION ALL SELECT 'ioc.tasks', topic_id, partition, toString(e.verdict), endsWith(e.source, ':canary') AND e.verdict IN ('counted', 'suppressed'), count(), min(e.offset), max(e.offset) FROM ioc.events_tasks AS e GROUP BY topic_id, partition, e.verdict, endsWith(e.source, ':canary')
UNION ALL SELECT 'ioc.archives', topic_id, partition, toString(e.verdict), endsWith(e.source, ':canary') AND e.verdict IN ('counted', 'suppressed'), count(), min(e.offset), max(e.offset) FROM ioc.events_archives AS e GROUP BY topic_id, partition, e.verdict, endsWith(e.source, ':canary')
UNION ALL SELECT 'ioc.quality', topic_id, partition, toString(e.verdict), endsWith(e.source, ':canary') AND e.verdict IN ('counted', 'suppressed'), count(), min(e.offset), max(e.offset) FROM ioc.events_quality AS e GROUP BY topic_id, partition, e.verdict, endsWith(e.source, ':canary')
UNION ALL SELECT 'ioc.platform', topic_id, partition, toString(e.verdict), endsWith(e.source, ':canary') AND e.verdict IN ('counted', 'suppressed'), count(), min(e.offset), max(e.offset) FROM ioc.events_platform AS e GROUP BY topic_id, partition, e.verdict, endsWith(e.source, ':canary')
UNION ALL SELECT 'ioc.alerts', topic_id, partition, toString(e.verdict), endsWith(e.source, ':canary') AND e.verdict IN ('counted', 'suppressed'), count(), min(e.offset), max(e.offset) FROM ioc.events_alerts AS e GROUP BY topic_id, partition, e.verdict, endsWith(e.source, ':canary')
UNION ALL SELECT topic, topic_id, partition, kept.1, kept.2, kept.3, first, last FROM ioc.ledger_expired FINAL ARRAY JOIN [('counted', 0, counted), ('suppressed', 0, suppressed), ('conflict', 0, conflict), ('rejected', 0, rejected), ('counted', 1, canaries)] AS kept WHERE kept.3 > 0
UNION ALL SELECT topic, topic_id, partition, 'lost', 0, toUInt64(last - first + 1), first, last FROM ioc.ledger_lost FINAL;

-- As in 0085; received is without canaries, and so is what became of it.
CREATE OR REPLACE VIEW ioc_read.reconciliation ${on_cluster} ${as_owner} AS
WITH
    held AS
    (
        SELECT topic, topic_id, partition,
            sum(all_totals.records) AS rows,
            min(all_totals.first) AS low,
            max(all_totals.last) + 1 AS high,
            sumIf(all_totals.records, verdict = 'counted' AND NOT own) AS counted,
            sumIf(all_totals.records, verdict = 'suppressed' AND NOT own) AS suppressed,
            sumIf(all_totals.records, verdict = 'conflict') AS conflict,
            sumIf(all_totals.records, verdict = 'rejected') AS rejected,
            sumIf(all_totals.records, verdict = 'lost') AS lost,
            sumIf(all_totals.records, own) AS canaries
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
        SELECT topic, rows, counted, suppressed, conflict, rejected, lost, canaries, at, waiting_since,
            multiIf(rows = 0, start, seen = 0, low, least(low, start)) AS begin,
            if(rows = 0, start, high) AS landed,
            greatest(if(rows = 0, start, high), end) AS reached,
            seen AND NOT present AS gone
        FROM held FULL OUTER JOIN logs USING (topic, topic_id, partition)
    )
SELECT
    b.topic AS topic,
    toInt64(sum(toInt64(b.reached - b.begin) - toInt64(b.canaries))) AS received,
    toInt64(sum(b.counted)) AS counted,
    toInt64(sum(b.suppressed)) AS suppressed,
    toInt64(sum(b.conflict)) AS conflict,
    toInt64(sum(b.rejected)) AS rejected,
    toInt64(sum(b.lost)) AS lost,
    toInt64(sum(b.canaries)) AS canaries,
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

-- As in 0085.
CREATE OR REPLACE VIEW ioc_read.ledger_total ${on_cluster} ${as_owner} AS
SELECT
    sum(r.received) AS received,
    sum(r.counted) AS counted,
    sum(r.suppressed) AS suppressed,
    sum(r.conflict) AS conflict,
    sum(r.rejected) AS rejected,
    sum(r.lost) AS lost,
    sum(r.canaries) AS canaries,
    sum(r.in_flight) AS in_flight,
    sum(r.missing + r.unconfirmed) AS missing,
    toInt64((SELECT count() FROM ioc.landing_stops FINAL WHERE reason != '')) AS stopped
FROM ioc_read.reconciliation AS r;
