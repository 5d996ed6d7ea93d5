-- What was shown stays; what is known may change: the difference, where it can be seen.

-- The windows of today whose part up to yesterday is known otherwise now than it was shown when yesterday ended.
-- A window that began today has no such part.
CREATE VIEW IF NOT EXISTS ioc_read.restated_now ${on_cluster} ${as_owner} AS
WITH
    toDate(now('Asia/Ho_Chi_Minh')) AS today,
    toDateTime(today, 'Asia/Ho_Chi_Minh') AS began
SELECT v.tenant AS tenant, v.kpi AS kpi, v.dim AS dim, v.unit AS unit, v.window AS window
FROM
(
    SELECT tenant, kpi, dim, unit, window, on_day, previous
    FROM ioc.kpi_values FINAL
    WHERE on_day = today AND isNotNull(previous) AND window != 'day'
        AND multiIf(window = 'week', toMonday(on_day), window = 'month', toStartOfMonth(on_day),
            toStartOfYear(on_day)) < on_day
) AS v
INNER JOIN
(
    SELECT tenant, kpi, dim, unit, window, argMax(tuple(value), hour).1 AS last_shown
    FROM ioc.kpi_history FINAL
    WHERE hour >= began - INTERVAL 1 DAY AND hour < began
    GROUP BY tenant, kpi, dim, unit, window
) AS h ON h.tenant = v.tenant AND h.kpi = v.kpi AND h.dim = v.dim AND h.unit = v.unit AND h.window = v.window
WHERE isNotNull(h.last_shown) AND abs(v.previous - h.last_shown) > 0.0005;

-- As in 0045; today is not over and cannot be restated, and a number that had become nothing was last shown so.
CREATE OR REPLACE VIEW ioc_read.history ${on_cluster} ${as_owner} AS
WITH shown AS
(
    SELECT kpi, dim, unit, toDate(hour, 'Asia/Ho_Chi_Minh') AS day, argMax(tuple(value), hour).1 AS last_shown
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
