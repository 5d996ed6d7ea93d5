-- How much is asked of those who watch (EEMUA 191: on average less than one alert per operator in ten minutes,
-- a flood above ten; most of low priority). Counted are steps to `raised`, as the ledger holds them.

-- Ten minutes and the role that was to act. Ten minutes in which nothing was raised have no row.
CREATE VIEW IF NOT EXISTS ioc_read.alarm_load ${on_cluster} ${as_owner} AS
SELECT toStartOfInterval(time, INTERVAL 10 MINUTE) AS at, JSONExtractString(data, 'to_role') AS owner,
    count() AS raised,
    countIf(JSONExtractString(data, 'severity') = 'critical') AS critical,
    countIf(JSONExtractString(data, 'severity') = 'major') AS major,
    countIf(JSONExtractString(data, 'severity') IN ('minor', 'info')) AS minor,
    raised > 10 AS flood
FROM ioc.events_alerts
WHERE verdict = 'counted' AND type = 'vn.gov.ioc.alert.transitioned.v1'
    AND JSONExtractString(data, 'state') = 'raised'
GROUP BY at, owner;

-- The last seven days in one row. per_ten_minutes: on average, of the busiest role.
CREATE VIEW IF NOT EXISTS ioc_read.alarm_load_week ${on_cluster} ${as_owner} AS
SELECT
    sum(by_owner.raised) AS raised,
    max(by_owner.raised) / (7 * 24 * 6) AS per_ten_minutes,
    max(by_owner.most) AS most_in_ten_minutes,
    sum(by_owner.floods) AS floods,
    if(sum(by_owner.raised) = 0, NULL, 100 * sum(by_owner.critical) / sum(by_owner.raised)) AS critical_percent,
    if(sum(by_owner.raised) = 0, NULL, 100 * sum(by_owner.major) / sum(by_owner.raised)) AS major_percent,
    if(sum(by_owner.raised) = 0, NULL, 100 * sum(by_owner.minor) / sum(by_owner.raised)) AS minor_percent
FROM
(
    SELECT owner, sum(l.raised) AS raised, max(l.raised) AS most, sum(l.flood) AS floods,
        sum(l.critical) AS critical, sum(l.major) AS major, sum(l.minor) AS minor
    FROM ioc_read.alarm_load AS l
    WHERE l.at > now() - INTERVAL 7 DAY
    GROUP BY owner
) AS by_owner;

-- The noisiest rules of the last seven days.
CREATE VIEW IF NOT EXISTS ioc_read.alarm_rules ${on_cluster} ${as_owner} AS
SELECT rule, any(name_vi) AS name_vi, any(name_en) AS name_en, any(severity) AS severity, count() AS alerts,
    countIf(renewed = 1) AS renewed, countIf(isNull(acknowledged_at) AND open = 0) AS ended_untouched,
    round(quantile(0.5)(dateDiff('second', raised_at, ifNull(ended_at, now64(3)))) / 60, 1) AS median_minutes
FROM ioc_read.alerts
WHERE raised_at > now64(3) - INTERVAL 7 DAY
GROUP BY rule;
