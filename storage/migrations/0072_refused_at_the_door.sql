-- As in 0070, with what the gateway and the adapters refused before Kafka: that is told by `event.rejected`, which
-- names the source it came from. Arrived is what counts once: duplicates and conflicts have the id of another.
CREATE OR REPLACE VIEW ioc_read.refusals ${on_cluster} ${as_owner} AS
SELECT system_code, place, type, reason, verdict, count() AS records, max(logged_at) AS last_at
FROM
(
    SELECT splitByChar(':', toString(e.source))[4] AS system_code, 'ledger' AS place, toString(e.type) AS type,
        toString(e.reason) AS reason, toString(e.verdict) AS verdict, e.logged_at AS logged_at
    FROM ioc.events AS e
    WHERE e.logged_at >= now64(3) - INTERVAL 30 DAY AND e.verdict IN ('rejected', 'conflict')
    UNION ALL
    SELECT splitByChar(':', JSONExtractString(p.data, 'source'))[4], 'door', JSONExtractString(p.data, 'rejected_type'),
        JSONExtractString(p.data, 'reason'), 'rejected', p.logged_at
    FROM ioc.events_platform AS p
    WHERE p.logged_at >= now64(3) - INTERVAL 30 DAY AND p.verdict = 'counted'
        AND p.type = 'vn.gov.ioc.event.rejected.v1'
)
GROUP BY system_code, place, type, reason, verdict;

-- Of each source: what became of its records in 30 days, and what arrived since it began to count what it sends.
-- Looks 90 days back (as long as personal events are kept): months are partitions, so older ones are not read, and
-- of the others only short columns are.
-- arrived NULL: it began to count before what is looked at, or says nothing, and nothing can be said.
CREATE OR REPLACE VIEW ioc_read.source_account ${on_cluster} ${as_owner} AS
WITH
    now64(3) AS at,
    toDateTime64(toDate(now('Asia/Ho_Chi_Minh')), 3, 'Asia/Ho_Chi_Minh') AS midnight,
    (
        -- The empty name keeps the lists from being empty, which `transform` would refuse.
        SELECT (arrayPushBack(groupArray(toString(subject)), ''),
            arrayPushBack(groupArray(assumeNotNull(sent_epoch)), toDateTime64(0, 3, 'UTC')))
        FROM (SELECT subject, sent_epoch FROM ioc.cases_source FINAL WHERE isNotNull(sent_epoch))
    ) AS said,
    door AS
    (
        SELECT system_code, sum(records) AS refused FROM ioc_read.refusals WHERE place = 'door' GROUP BY system_code
    )
SELECT l.system_code AS system_code, l.since AS since, l.counted_today AS counted_today,
    l.rejected_today AS rejected_today, l.counted AS counted, l.suppressed AS suppressed, l.conflict AS conflict,
    l.rejected AS rejected, l.arrived AS arrived, d.refused AS refused
FROM
(
    SELECT
        splitByChar(':', toString(e.source))[4] AS system_code,
        transform(system_code, said.1, said.2, toDateTime64('2200-01-01', 3, 'UTC')) AS since,
        countIf(e.logged_at >= midnight AND e.verdict = 'counted') AS counted_today,
        countIf(e.logged_at >= midnight AND e.verdict = 'rejected') AS rejected_today,
        countIf(e.logged_at >= at - INTERVAL 30 DAY AND e.verdict = 'counted') AS counted,
        countIf(e.logged_at >= at - INTERVAL 30 DAY AND e.verdict = 'suppressed') AS suppressed,
        countIf(e.logged_at >= at - INTERVAL 30 DAY AND e.verdict = 'conflict') AS conflict,
        countIf(e.logged_at >= at - INTERVAL 30 DAY AND e.verdict = 'rejected') AS rejected,
        if(since < at - INTERVAL 90 DAY OR since > at, NULL,
            toNullable(countIf(e.logged_at >= since AND e.verdict IN ('counted', 'rejected')))) AS arrived
    FROM ioc.events AS e
    WHERE e.logged_at >= now64(3) - INTERVAL 90 DAY
    GROUP BY e.source
) AS l
LEFT JOIN door AS d ON d.system_code = l.system_code;
