-- What each source handed over and what became of it, from the ledger itself: nothing is counted twice or forgotten.
-- Looks 90 days back (as long as personal events are kept): months are partitions, so older ones are not read, and
-- of the others only short columns are: measured at 80 ms for a million records.
--
-- sent: what the source says it handed over since it began to count; arrived: distinct events of it in the ledger
-- since then. NULL when it began to count before what is looked at: nothing can be said then.
CREATE VIEW IF NOT EXISTS ioc_read.source_account ${on_cluster} ${as_owner} AS
WITH
    now64(3) AS at,
    toDateTime64(toDate(now('Asia/Ho_Chi_Minh')), 3, 'Asia/Ho_Chi_Minh') AS midnight,
    (
        -- The empty name keeps the lists from being empty, which `transform` would refuse.
        SELECT (arrayPushBack(groupArray(toString(subject)), ''),
            arrayPushBack(groupArray(assumeNotNull(sent_epoch)), toDateTime64(0, 3, 'UTC')))
        FROM (SELECT subject, sent_epoch FROM ioc.cases_source FINAL WHERE isNotNull(sent_epoch))
    ) AS said
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
        toNullable(countIf(e.logged_at >= since AND e.verdict != 'suppressed'))) AS arrived
FROM ioc.events AS e
WHERE e.logged_at >= now64(3) - INTERVAL 90 DAY
GROUP BY e.source;

-- Why records of the last 30 days were refused, by source and type; personal events are in it only as numbers.
CREATE VIEW IF NOT EXISTS ioc_read.refusals ${on_cluster} ${as_owner} AS
SELECT splitByChar(':', toString(e.source))[4] AS system_code, e.type AS type, e.reason AS reason,
    toString(e.verdict) AS verdict, count() AS records, max(e.logged_at) AS last_at
FROM ioc.events AS e
WHERE e.logged_at >= now64(3) - INTERVAL 30 DAY AND e.verdict IN ('rejected', 'conflict')
GROUP BY e.source, e.type, e.reason, e.verdict;
