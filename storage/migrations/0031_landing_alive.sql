-- A number is as recent as landing and the reducer are, not the reducer alone: with landing dead, ticks go on,
-- and a source that reports once a day would not be missed before the day after tomorrow.

-- When every log was last looked after. NULL: landing has never told.
CREATE VIEW IF NOT EXISTS ioc.landing_told ${on_cluster} AS
SELECT minOrNull(told) AS told_at
FROM (SELECT max(at) AS told FROM ioc.landing_progress GROUP BY topic, partition);

-- As in 0015, with the older of the last tick and of what landing told.
CREATE OR REPLACE VIEW ioc_read.trust ${on_cluster} ${as_owner} AS
WITH
    (SELECT told_at FROM ioc.landing_told) AS told_at,
    (SELECT (finished_at, live) FROM ioc.ticks ORDER BY tick DESC LIMIT 1) AS last_tick,
    least(last_tick.1, ifNull(told_at, last_tick.1)) AS reached,
    last_tick.2 = 1 AND reached > now64(3) - INTERVAL 30 SECOND AS ticking
SELECT
    r.tenant AS tenant,
    r.kpi AS kpi,
    r.unit AS unit,
    if(r.own, reached, least(reached, r.as_of)) AS as_of,
    if(r.own, toNullable(ticking), ticking AND now64(3) < r.stale_at) AS fresh,
    r.coverage_units AS coverage_units,
    r.expected_units AS expected_units
FROM (SELECT * FROM ioc.kpi_trust FINAL) AS r;
