-- What the rules look at beside the cases themselves. Seen by watch only.

-- A dataset's last assessment against the one before: by how many points the worst of its four rates fell.
CREATE VIEW IF NOT EXISTS ioc.watch_datasets_compared ${on_cluster} AS
WITH
    (ok, whole) -> if(whole = 0, NULL, 100 * ok / whole) AS rate
SELECT tenant, dataset, unit, at, arrayMax(arrayMap((was, is) -> ifNull(was - is, 0), before, after)) AS drop
FROM
(
    SELECT tenant, dataset, unit,
        arraySort(each -> -toUnixTimestamp64Milli(each.1), groupArray((assumeNotNull(opened_at),
            [rate(verified_ok, records_checked), rate(mandatory_filled, mandatory_total),
                rate(records_total - error_records, records_total),
                rate(records_total - stale_records, records_total)]))) AS assessed,
        assessed[1].1 AS at, assessed[1].2 AS after, assessed[2].2 AS before
    FROM ioc.cases_dataset FINAL
    WHERE isNotNull(opened_at)
    GROUP BY tenant, dataset, unit
    HAVING length(assessed) > 1
);

-- Sources of the catalogue that were ever heard of, with the interval they state.
CREATE VIEW IF NOT EXISTS ioc.watch_sources ${on_cluster} AS
SELECT c.tenant AS tenant, c.subject AS subject, c.unit AS unit, c.heartbeat_at AS heartbeat_at,
    c.opened_at AS last_at, c.status AS status, c.backlog AS backlog,
    if(c.interval_s > 0, c.interval_s, r.interval_s) AS interval_s
FROM (SELECT * FROM ioc.cases_source FINAL) AS c
INNER JOIN ioc.ref_sources AS r ON r.tenant = c.tenant AND r.source = c.subject;

-- What each source says it has sent, against what the ledger holds of it since it began to count.
CREATE VIEW IF NOT EXISTS ioc.watch_gaps ${on_cluster} AS
SELECT c.tenant AS tenant, c.subject AS subject, any(c.unit) AS unit, any(c.heartbeat_at) AS heartbeat_at,
    any(c.sent_total) AS sent_total, countIf(e.logged_at >= c.sent_epoch) AS arrived
FROM (SELECT source, logged_at FROM ioc.events WHERE verdict IN ('counted', 'rejected')) AS e
INNER JOIN
(
    SELECT tenant, subject, unit, heartbeat_at, sent_total, sent_epoch,
        concat('urn:ioc:', tenant, ':', subject) AS source
    FROM ioc.cases_source FINAL
    WHERE isNotNull(heartbeat_at) AND isNotNull(sent_epoch)
) AS c ON c.source = e.source
GROUP BY c.tenant, c.subject;

-- Refused for secrecy or personal data: before Kafka as the gateway and adapters tell, and by landing.
CREATE VIEW IF NOT EXISTS ioc.watch_rejections ${on_cluster} AS
SELECT tenant, JSONExtractString(data, 'source') AS subject, '' AS unit, logged_at AS at,
    JSONExtractString(data, 'reason') AS reason
FROM ioc.events_platform
WHERE verdict = 'counted' AND type = 'vn.gov.ioc.event.rejected.v1'
    AND reason IN ('secret_marking', 'personal_data')
UNION ALL
SELECT '' AS tenant, toString(source) AS subject, '' AS unit, logged_at AS at, toString(ioc.events.reason) AS reason
FROM ioc.events
WHERE verdict = 'rejected' AND ioc.events.reason IN ('secret_marking', 'personal_data');

-- The newest forecast of each KPI and unit.
CREATE VIEW IF NOT EXISTS ioc.watch_forecasts ${on_cluster} AS
SELECT * FROM ioc.forecasts FINAL
ORDER BY on_day DESC
LIMIT 1 BY tenant, kpi, unit, dim;
