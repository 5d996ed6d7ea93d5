-- What readers see. Freshness is computed when it is read: a number grows old without anyone writing it.

-- Every source of the catalogue, when it was last heard of, and whether that is as it should be.
-- limit_s: beyond it the numbers it feeds are old: twice its interval, five minutes at least.
CREATE VIEW IF NOT EXISTS ioc_read.sources ${on_cluster} ${as_owner} AS
SELECT
    r.source AS system_code,
    r.name AS name,
    c.opened_at AS last_at,
    c.heartbeat_at AS heartbeat_at,
    c.event_at AS event_at,
    c.status AS status,
    c.backlog AS backlog,
    c.sent_total AS sent_total,
    if(c.interval_s > 0, c.interval_s, r.interval_s) AS interval_s,
    greatest(2 * interval_s, 300) AS limit_s,
    if(isNull(c.opened_at), NULL, greatest(dateDiff('second', c.opened_at, now64(3)), 0)) AS age_s,
    toLowCardinality(multiIf(
        isNull(age_s), 'never',
        age_s > limit_s, 'silent',
        age_s > greatest(1.2 * interval_s, 60), 'late',
        'live')) AS state,
    r.units AS units
FROM ioc.ref_sources AS r
LEFT JOIN (SELECT * FROM ioc.cases_source FINAL) AS c ON c.tenant = r.tenant AND c.subject = r.source
SETTINGS join_use_nulls = 1;

-- The tree as it stands today.
CREATE VIEW IF NOT EXISTS ioc_read.units ${on_cluster} ${as_owner} AS
SELECT u.tenant AS tenant, u.unit AS code, u.slug AS slug, u.name AS name, u.parent AS parent, u.kind AS kind
FROM ioc.ref_units AS u
WHERE u.valid_from <= toDate(now('Asia/Ho_Chi_Minh')) AND u.valid_to > toDate(now('Asia/Ho_Chi_Minh'));

CREATE VIEW IF NOT EXISTS ioc_read.kpis ${on_cluster} ${as_owner} AS
SELECT
    kpi, domain, name_vi, name_en, meaning_vi, meaning_en, legal_document, legal_quote, unit_of_measure, direction,
    owner, kind, minimum_cases, personal, sources,
    arrayFirstIndex(by -> by >= toDate(now('Asia/Ho_Chi_Minh')), target_dates) AS at,
    multiIf(empty(target_values), NULL, at > 0, target_values[at], target_values[-1]) AS target,
    multiIf(empty(target_values), NULL, at > 0, target_dates[at], target_dates[-1]) AS target_by
FROM ioc.ref_kpis;

CREATE VIEW IF NOT EXISTS ioc_read.ticks ${on_cluster} ${as_owner} AS
SELECT tick, kind, started_at, finished_at, events, cases, live, settled, values_at
FROM ioc.ticks;

-- What each KPI rests on, for each unit: how far its sources reach, whether they and the last tick are recent.
-- fresh NULL: none of its sources was ever heard of.
CREATE VIEW IF NOT EXISTS ioc_read.trust ${on_cluster} ${as_owner} AS
WITH
    (SELECT (finished_at, live) FROM ioc.ticks ORDER BY tick DESC LIMIT 1) AS last_tick,
    last_tick.2 = 1 AND last_tick.1 > now64(3) - INTERVAL 30 SECOND AS ticking
SELECT
    r.tenant AS tenant,
    r.kpi AS kpi,
    r.unit AS unit,
    if(r.own, last_tick.1, least(last_tick.1, r.as_of)) AS as_of,
    if(r.own, toNullable(ticking), ticking AND now64(3) < r.stale_at) AS fresh,
    r.coverage_units AS coverage_units,
    r.expected_units AS expected_units
FROM (SELECT * FROM ioc.kpi_trust FINAL) AS r;

-- The values of the windows that contain today. Values made from fewer than five persons are not shown.
-- band: green at target, amber within five points of it, red beyond; grey when old or with too few cases;
-- empty without a target.
CREATE VIEW IF NOT EXISTS ioc_read.values_now ${on_cluster} ${as_owner} AS
SELECT
    v.tenant AS tenant,
    v.kpi AS kpi,
    v.dim AS dim,
    v.unit AS unit,
    v.window AS window,
    multiIf(
        v.window = 'day', v.on_day,
        v.window = 'week', toMonday(v.on_day),
        v.window = 'month', toStartOfMonth(v.on_day),
        toStartOfYear(v.on_day)) AS start,
    k.personal = 1 AND (if(k.kind = 'distinct', v.numerator, v.cases) BETWEEN 1 AND 4) AS hidden,
    if(hidden OR isNull(t.as_of), NULL, v.value) AS value,
    if(hidden, NULL, v.previous) AS value_yesterday,
    value - value_yesterday AS change,
    if(hidden, NULL, v.numerator) AS numerator,
    v.denominator AS denominator,
    v.cases AS cases,
    k.target AS target,
    k.target_by AS target_by,
    k.direction AS direction,
    toLowCardinality(multiIf(
        ifNull(t.fresh, 0) = 0 OR isNull(value) OR v.cases < k.minimum_cases, 'grey',
        isNull(k.target), '',
        if(k.direction = 'up', value >= k.target, value <= k.target), 'green',
        if(k.direction = 'up', value >= k.target - 5, value <= k.target + 5), 'amber',
        'red')) AS band,
    t.as_of AS as_of,
    if(v.on_day = toDate(now('Asia/Ho_Chi_Minh')), t.fresh, if(isNull(t.fresh), NULL, 0)) AS fresh,
    if(fresh = 0, t.as_of, NULL) AS stale_since,
    t.coverage_units AS coverage_units,
    t.expected_units AS expected_units,
    v.computed_at AS visible_at,
    k.name_vi AS name_vi,
    k.name_en AS name_en,
    k.unit_of_measure AS unit_of_measure
FROM (SELECT * FROM ioc.kpi_values FINAL) AS v
INNER JOIN ioc_read.kpis AS k ON k.kpi = v.kpi
INNER JOIN ioc_read.trust AS t ON t.kpi = v.kpi AND t.unit = v.unit;

-- Cells as they are known now, for the units as sent.
CREATE VIEW IF NOT EXISTS ioc_read.cells ${on_cluster} ${as_owner} AS
SELECT c.tenant AS tenant, c.kpi AS kpi, c.part AS part, c.dim AS dim, c.unit AS unit, c.day AS day,
    c.numerator AS numerator, c.denominator AS denominator, c.cases AS cases
FROM (SELECT * FROM ioc.kpi_cells FINAL) AS c
INNER JOIN ioc.ref_kpis AS k ON k.kpi = c.kpi
WHERE NOT (k.personal = 1 AND c.cases BETWEEN 1 AND 4);

-- What was shown in each hour.
CREATE VIEW IF NOT EXISTS ioc_read.published ${on_cluster} ${as_owner} AS
SELECT h.tenant AS tenant, h.kpi AS kpi, h.dim AS dim, h.unit AS unit, h.window AS window, h.hour AS hour,
    h.value AS value, h.cases AS cases, h.shown_at AS shown_at
FROM (SELECT * FROM ioc.kpi_history FINAL) AS h
INNER JOIN ioc.ref_kpis AS k ON k.kpi = h.kpi
WHERE NOT (k.personal = 1 AND if(k.kind = 'distinct', h.numerator, h.cases) BETWEEN 1 AND 4);

-- A KPI day by day: as known now where cells add up, as shown at the time where they do not.
-- restated: known otherwise now than it was last shown on that day.
CREATE VIEW IF NOT EXISTS ioc_read.history ${on_cluster} ${as_owner} AS
WITH shown AS
(
    SELECT kpi, dim, unit, toDate(hour, 'Asia/Ho_Chi_Minh') AS day, argMax(value, hour) AS last_shown
    FROM ioc_read.published
    WHERE window = 'day'
    GROUP BY kpi, dim, unit, day
)
SELECT
    ifNull(nullIf(n.kpi, ''), s.kpi) AS kpi,
    if(n.kpi != '', n.dim, s.dim) AS dim,
    if(n.kpi != '', n.unit, s.unit) AS unit,
    if(n.kpi != '', n.day, s.day) AS day,
    if(n.kpi != '', n.known, s.last_shown) AS value,
    k.target AS target,
    n.kpi != '' AND s.kpi != '' AND abs(ifNull(n.known, -1) - ifNull(s.last_shown, -1)) > 0.0005 AS restated
FROM
(
    SELECT toString(c.kpi) AS kpi, toString(c.dim) AS dim, p.ancestor AS unit, c.day AS day,
        any(q.kind) AS kind, any(q.unit_of_measure) AS measure,
        multiIf(
            kind = 'stock' AND measure = 'count', toNullable(toFloat64(sum(c.numerator))),
            sum(c.denominator) = 0, NULL,
            if(measure = 'percent', 100, 1) * sum(c.numerator) / sum(c.denominator)) AS known
    FROM ioc_read.cells AS c
    INNER JOIN (SELECT unit, ancestor, valid_from, valid_to FROM ioc.ref_paths FINAL) AS p ON p.unit = c.unit
    INNER JOIN ioc.ref_kpis AS q ON q.kpi = c.kpi
    WHERE c.day >= p.valid_from AND c.day < p.valid_to AND c.day <= toDate(now('Asia/Ho_Chi_Minh'))
    GROUP BY c.kpi, c.dim, p.ancestor, c.day
) AS n
FULL OUTER JOIN shown AS s ON s.kpi = n.kpi AND s.dim = n.dim AND s.unit = n.unit AND s.day = n.day
INNER JOIN ioc_read.kpis AS k ON k.kpi = if(n.kpi != '', n.kpi, s.kpi);

CREATE VIEW IF NOT EXISTS ioc_read.cases_documents_in ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_document_in FINAL WHERE isNotNull(opened_at);

CREATE VIEW IF NOT EXISTS ioc_read.cases_documents_out ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_document_out FINAL WHERE isNotNull(opened_at);

CREATE VIEW IF NOT EXISTS ioc_read.cases_dossiers ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_dossier FINAL WHERE isNotNull(opened_at);

CREATE VIEW IF NOT EXISTS ioc_read.cases_feedback ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_feedback FINAL WHERE isNotNull(opened_at);
