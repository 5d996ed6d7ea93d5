-- What each source says it sent, against what became of it: as of its last heartbeat, by the broker's clock. An event
-- handed over before the heartbeat stands in its log at an earlier time, one handed over later at a later time, so
-- the count needs no tolerance. Looked at are heartbeats of two days; a source silent for longer is silent, not short.

-- Rows of each source by hour, from the projection by_source.
CREATE VIEW IF NOT EXISTS ioc.source_hours ${on_cluster} AS
SELECT source, verdict, toStartOfHour(logged_at) AS hour, count() AS records FROM ioc.events_documents GROUP BY source, verdict, hour
UNION ALL SELECT source, verdict, toStartOfHour(logged_at) AS hour, count() FROM ioc.events_services GROUP BY source, verdict, hour
UNION ALL SELECT source, verdict, toStartOfHour(logged_at) AS hour, count() FROM ioc.events_hr GROUP BY source, verdict, hour
UNION ALL SELECT source, verdict, toStartOfHour(logged_at) AS hour, count() FROM ioc.events_tasks GROUP BY source, verdict, hour
UNION ALL SELECT source, verdict, toStartOfHour(logged_at) AS hour, count() FROM ioc.events_archives GROUP BY source, verdict, hour
UNION ALL SELECT source, verdict, toStartOfHour(logged_at) AS hour, count() FROM ioc.events_quality GROUP BY source, verdict, hour
UNION ALL SELECT source, verdict, toStartOfHour(logged_at) AS hour, count() FROM ioc.events_platform GROUP BY source, verdict, hour
UNION ALL SELECT source, verdict, toStartOfHour(logged_at) AS hour, count() FROM ioc.events_alerts GROUP BY source, verdict, hour;

-- The last word of each source.
CREATE VIEW IF NOT EXISTS ioc.source_said ${on_cluster} AS
SELECT source, max(logged_at) AS said_at,
    argMax(JSONExtractUInt(data, 'sent_total'), (logged_at, offset)) AS sent,
    argMax(parseDateTime64BestEffort(JSONExtractString(data, 'sent_epoch'), 3, 'UTC'), (logged_at, offset)) AS since
FROM ioc.events_platform
WHERE type = 'vn.gov.ioc.source.heartbeat.v1' AND verdict = 'counted' AND logged_at >= now64(3) - INTERVAL 2 DAY
GROUP BY source;

-- Counted and rejected rows of each source between its epoch and its last word. Whole hours come from by_source; the
-- hours in which epoch or last word fall are read row by row, and found through the index by_time.
-- A rejected record without a readable id is an event of its own. One that came back corrected stands in both columns:
-- to find these by name would read the ledger, so `ioc reconcile` does it, and this view allows for it.
CREATE VIEW IF NOT EXISTS ioc.source_arrived ${on_cluster} AS
SELECT source, sum(records) AS counted, sum(refused) AS rejected
FROM
(
    SELECT h.source AS source, toInt64(sum(h.records)) AS records, toInt64(0) AS refused
    FROM (SELECT source, hour, records FROM ioc.source_hours WHERE verdict = 'counted') AS h
    INNER JOIN ioc.source_said AS s ON s.source = h.source
    WHERE h.hour > s.since AND h.hour < toStartOfHour(s.said_at)
    GROUP BY h.source
    UNION ALL
    SELECT e.source, toInt64(count()), toInt64(0)
    FROM
    (
        SELECT source, logged_at FROM ioc.events
        WHERE verdict = 'counted' AND toStartOfHour(logged_at) IN
        (
            SELECT arrayJoin([toStartOfHour(since), toStartOfHour(said_at)]) FROM ioc.source_said
        )
    ) AS e
    INNER JOIN ioc.source_said AS s ON s.source = e.source
    WHERE e.logged_at >= s.since AND e.logged_at <= s.said_at
        AND (toStartOfHour(e.logged_at) <= s.since OR toStartOfHour(e.logged_at) = toStartOfHour(s.said_at))
    GROUP BY e.source
    UNION ALL
    SELECT r.source, toInt64(0), toInt64(uniqExact(r.name))
    FROM
    (
        SELECT source, logged_at,
            if(id = '', concat(toString(topic_id), '/', toString(partition), '/', toString(offset)), id) AS name
        FROM ioc.events WHERE verdict = 'rejected' AND source != '' AND ioc.events.reason != 'unauthorised_source'
    ) AS r
    INNER JOIN ioc.source_said AS s ON s.source = r.source
    WHERE r.logged_at >= s.since AND r.logged_at <= s.said_at
    GROUP BY r.source
)
GROUP BY source;

-- sent = counted + rejected + (refused for what or who it was, as far as the source counts those) + in flight.
--   unexplained: what is said to be sent and has no place; below 0 more arrived than is said to be sent.
--   wrong: neither refusals at the door, nor what is in flight, nor events rejected first and counted later can be
--   the reason. Judged is a word that landing has looked at all logs since: what is in flight is known then.
CREATE VIEW IF NOT EXISTS ioc_read.source_reconciliation ${on_cluster} ${as_owner} AS
WITH
    door AS
    (
        SELECT JSONExtractString(p.data, 'source') AS source, toInt64(count()) AS refused
        FROM ioc.events_platform AS p
        WHERE p.verdict = 'counted' AND p.type = 'vn.gov.ioc.event.rejected.v1'
            AND p.logged_at >= now64(3) - INTERVAL 90 DAY
        GROUP BY source
        UNION ALL
        -- Said in the source's name, and not for it to say: whether it was the source itself is not known.
        SELECT toString(e.source), toInt64(count()) FROM ioc.events AS e
        WHERE e.verdict = 'rejected' AND e.reason = 'unauthorised_source' AND e.logged_at >= now64(3) - INTERVAL 90 DAY
        GROUP BY e.source
    ),
    (SELECT toInt64(sum(in_flight)) FROM ioc_read.reconciliation) AS flying_now,
    (SELECT told_at FROM ioc.landing_told) AS told_at
SELECT splitByChar(':', toString(s.source))[4] AS system_code, s.said_at AS said_at, s.since AS since,
    toInt64(s.sent) AS sent, ifNull(a.counted, 0) AS counted, ifNull(a.rejected, 0) AS rejected,
    ifNull(d.refused, 0) AS refused, sent - counted - rejected AS unexplained,
    flying_now AS flying,
    ifNull(said_at <= told_at, 0) AS judged,
    judged AND (-unexplained > rejected OR unexplained > refused + flying) AS wrong
FROM ioc.source_said AS s
LEFT JOIN ioc.source_arrived AS a ON a.source = s.source
LEFT JOIN (SELECT source, sum(refused) AS refused FROM door GROUP BY source) AS d ON d.source = s.source;
