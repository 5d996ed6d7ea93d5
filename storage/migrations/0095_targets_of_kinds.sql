-- A kind may have a target of its own (hỏa tốc within 15 minutes, other urgent documents within 30).
ALTER TABLE ioc.ref_kpis ${on_cluster}
    ADD COLUMN IF NOT EXISTS target_dims Array(String) COMMENT 'whose target it is; empty: of the whole';

-- As in 0015; `target` is that of the whole, `dim_targets` (kind, target, by when) those of kinds.
CREATE OR REPLACE VIEW ioc_read.kpis ${on_cluster} ${as_owner} AS
WITH
    arrayResize(target_dims, length(target_values)) AS dims,
    of -> arrayFilter((each, dim) -> dim = of, target_values, dims) AS values_of,
    of -> arrayFilter((each, dim) -> dim = of, target_dates, dims) AS dates_of,
    of -> arrayFirstIndex(by -> by >= toDate(now('Asia/Ho_Chi_Minh')), dates_of(of)) AS next_of
SELECT
    kpi, domain, name_vi, name_en, meaning_vi, meaning_en, legal_document, legal_quote, unit_of_measure, direction,
    owner, kind, minimum_cases, personal, sources,
    next_of('') AS at,
    multiIf(empty(values_of('')), NULL, at > 0, values_of('')[at], values_of('')[-1]) AS target,
    multiIf(empty(dates_of('')), NULL, at > 0, dates_of('')[at], dates_of('')[-1]) AS target_by,
    arrayMap(
        of -> (of, values_of(of)[if(next_of(of) > 0, toInt64(next_of(of)), -1)],
            dates_of(of)[if(next_of(of) > 0, toInt64(next_of(of)), -1)]),
        arrayDistinct(arrayFilter(dim -> dim != '', dims))) AS dim_targets
FROM ioc.ref_kpis;

-- As in 0015, with the target of the kind.
CREATE OR REPLACE VIEW ioc_read.values_now ${on_cluster} ${as_owner} AS
WITH arrayFirst(each -> each.1 = v.dim, k.dim_targets) AS own
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
    if(own.1 = '', k.target, own.2) AS target,
    if(own.1 = '', k.target_by, own.3) AS target_by,
    k.direction AS direction,
    toLowCardinality(multiIf(
        ifNull(t.fresh, 0) = 0 OR isNull(value) OR v.cases < k.minimum_cases, 'grey',
        isNull(target), '',
        if(k.direction = 'up', value >= target, value <= target), 'green',
        if(k.direction = 'up', value >= target - 5, value <= target + 5), 'amber',
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

-- As in 0056, with the target of the kind.
CREATE OR REPLACE VIEW ioc_read.history ${on_cluster} ${as_owner} AS
WITH shown AS
(
    SELECT kpi, dim, unit, toDate(hour, 'Asia/Ho_Chi_Minh') AS day, argMax(tuple(value), hour).1 AS last_shown
    FROM ioc_read.published
    WHERE window = 'day'
    GROUP BY kpi, dim, unit, day
),
arrayFirst(each -> each.1 = if(n.kpi != '', n.dim, s.dim), k.dim_targets) AS own
SELECT
    ifNull(nullIf(n.kpi, ''), s.kpi) AS kpi,
    if(n.kpi != '', n.dim, s.dim) AS dim,
    if(n.kpi != '', n.unit, s.unit) AS unit,
    if(n.kpi != '', n.day, s.day) AS day,
    if(n.kpi != '', n.known, s.last_shown) AS value,
    if(own.1 = '', k.target, own.2) AS target,
    n.kpi != '' AND s.kpi != '' AND n.day < toDate(now('Asia/Ho_Chi_Minh'))
        AND abs(ifNull(n.known, -1) - ifNull(s.last_shown, -1)) > 0.0005 AS restated
FROM
(
    SELECT c.kpi AS kpi, c.dim AS dim, c.unit AS unit, c.day AS day,
        arrayFirst(each -> each.1 <= c.day AND c.day < each.2, b.spans).3 AS out_of,
        if(q.baseline = '', c.d, toInt64(out_of)) AS denominator,
        if(q.complement, denominator - c.n, c.n) AS numerator,
        multiIf(
            q.kind = 'stock' AND q.unit_of_measure = 'count', toNullable(toFloat64(numerator)),
            denominator = 0, NULL,
            if(q.unit_of_measure = 'percent', 100, 1) * numerator / denominator) AS known
    FROM
    (
        SELECT toString(e.kpi) AS kpi, arrayJoin(if(e.dim = '', [''], ['', toString(e.dim)])) AS dim,
            p.ancestor AS unit, e.day AS day, sum(e.numerator) AS n, sum(e.denominator) AS d
        FROM ioc_read.cells AS e
        INNER JOIN (SELECT unit, ancestor, valid_from, valid_to FROM ioc.ref_paths FINAL) AS p
            ON p.unit = e.unit
        WHERE e.day >= p.valid_from AND e.day < p.valid_to AND e.day <= toDate(now('Asia/Ho_Chi_Minh'))
        GROUP BY kpi, dim, unit, day
    ) AS c
    INNER JOIN ioc.ref_kpis AS q ON q.kpi = c.kpi
    LEFT JOIN
    (
        SELECT toString(baseline) AS baseline, unit, groupArray((valid_from, valid_to, value)) AS spans
        FROM ioc.ref_baselines
        GROUP BY baseline, unit
    ) AS b ON b.baseline = q.baseline AND b.unit = c.unit
) AS n
FULL OUTER JOIN shown AS s ON s.kpi = n.kpi AND s.dim = n.dim AND s.unit = n.unit AND s.day = n.day
INNER JOIN ioc_read.kpis AS k ON k.kpi = if(n.kpi != '', n.kpi, s.kpi);
