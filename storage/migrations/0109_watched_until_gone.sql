-- What the rules look at is wrong until it is put right, not until it is old, and is judged at one instant.

-- The last word of each source that can be judged: landing has looked at all logs since. Only if there is none, the
-- last. As in 0086, which took the very last: for some seconds after each heartbeat nothing could be said of a source,
-- and a rule that looks at a multiple of its interval could meet these seconds for ever.
CREATE OR REPLACE VIEW ioc.source_said ${on_cluster} AS
WITH (SELECT told_at FROM ioc.landing_told) AS told_at
SELECT source,
    argMax(h.logged_at, (ifNull(h.logged_at <= told_at, 0), h.logged_at, h.offset)) AS said_at,
    argMax(JSONExtractUInt(h.data, 'sent_total'),
        (ifNull(h.logged_at <= told_at, 0), h.logged_at, h.offset)) AS sent,
    argMax(parseDateTime64BestEffort(JSONExtractString(h.data, 'sent_epoch'), 3, 'UTC'),
        (ifNull(h.logged_at <= told_at, 0), h.logged_at, h.offset)) AS since
FROM ioc.events_platform AS h
WHERE h.type = 'vn.gov.ioc.source.heartbeat.v1' AND h.verdict = 'counted' AND h.logged_at >= now64(3) - INTERVAL 2 DAY
GROUP BY source;

-- What a source says it has sent, against what had a place by then. In flight is nothing that is older than a word that
-- can be judged, but for what waits behind a stop, which is an alarm of its own.
CREATE OR REPLACE VIEW ioc.watch_gaps ${on_cluster} AS
WITH (SELECT count() > 0 FROM ioc.landing_stops FINAL WHERE reason != '') AS stands
SELECT c.tenant AS tenant, c.subject AS subject, c.unit AS unit, r.said_at AS heartbeat_at, r.sent AS sent_total,
    r.counted + r.rejected + r.refused + if(stands, r.flying, 0) AS arrived
FROM ioc_read.source_reconciliation AS r
INNER JOIN (SELECT tenant, subject, unit FROM ioc.cases_source FINAL) AS c ON c.subject = r.system_code
WHERE r.judged;

-- A topic's newest canary is what its silence is measured from: with it the silence would be gone.
ALTER TABLE ioc.canaries ${on_cluster} MODIFY TTL noted_at + INTERVAL 35 DAY;

-- As in 0087, however old the newest is that is kept.
CREATE OR REPLACE VIEW ioc_read.canaries ${on_cluster} ${as_owner} AS
SELECT topic, max(c.sent_at) AS newest_at,
    dateDiff('second', newest_at, now64(3)) AS age_s,
    argMax(c.every_s, c.sent_at) AS every_s,
    -- One may be under way.
    toInt64(greatest(intDiv(age_s, greatest(every_s, 1)) - 1, 0)) AS missed,
    argMax(dateDiff('millisecond', c.sent_at, c.logged_at), c.sent_at) AS to_kafka_ms,
    argMax(dateDiff('millisecond', c.logged_at, c.landed_at), c.sent_at) AS to_ledger_ms,
    argMax(dateDiff('millisecond', c.landed_at, c.visible_at), c.sent_at) AS to_value_ms
FROM ioc.canaries AS c
WHERE (c.topic, c.sent_at) IN (SELECT n.topic, max(n.sent_at) FROM ioc.canaries AS n GROUP BY n.topic)
GROUP BY topic;
