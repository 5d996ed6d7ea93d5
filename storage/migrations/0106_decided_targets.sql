-- Every target with the day it begins on: those of the catalogue's files from ever, what two persons decided from the
-- day of the decision. Of one kind and deadline the last to begin holds.
CREATE VIEW IF NOT EXISTS ioc_read.targets ${on_cluster} ${as_owner} AS
SELECT toString(kpi) AS kpi, toString(aim.3) AS dim, aim.2 AS due, toDate32('1900-01-01') AS since, aim.1 AS value,
    toDateTime64(0, 3, 'UTC') AS decided_at, '' AS document, '' AS reason
FROM ioc.ref_kpis
ARRAY JOIN arrayZip(target_values, target_dates, arrayResize(target_dims, length(target_values))) AS aim
UNION ALL
SELECT toString(about) AS kpi, toString(dim) AS dim, ifNull(due, toDate32('2200-01-01')) AS due, valid_from AS since,
    assumeNotNull(value) AS value, ifNull(ended_at, at) AS decided_at, document, toString(reason) AS reason
FROM ioc.decisions FINAL
WHERE what = 'target' AND stage IN ('approved', 'taken');

-- As in 0095, with what was decided: `target_from`, `target_document`, `target_reason` say since when and by what, all
-- empty where the file says it. Chosen by aggregates: arrays searched by nested lambdas took the engine half a second to
-- plan, and walls ask every second.
CREATE OR REPLACE VIEW ioc_read.kpis ${on_cluster} ${as_owner} AS
SELECT
    k.kpi AS kpi, k.domain AS domain, k.name_vi AS name_vi, k.name_en AS name_en, k.meaning_vi AS meaning_vi,
    k.meaning_en AS meaning_en, k.legal_document AS legal_document, k.legal_quote AS legal_quote,
    k.unit_of_measure AS unit_of_measure, k.direction AS direction, k.owner AS owner, k.kind AS kind,
    k.minimum_cases AS minimum_cases, k.personal AS personal, k.sources AS sources,
    if(t.has_whole, t.whole.1, NULL) AS target,
    if(t.has_whole, t.whole.2, NULL) AS target_by,
    t.dim_targets AS dim_targets,
    if(t.has_whole AND t.whole.3 > toDate32('1900-01-01'), t.whole.3, NULL) AS target_from,
    t.whole.4 AS target_document,
    t.whole.5 AS target_reason
FROM ioc.ref_kpis AS k
LEFT JOIN
(
    SELECT kpi, countIf(dim = '') > 0 AS has_whole, anyIf(aim, dim = '') AS whole,
        arraySort(groupArrayIf((dim, aim.1, aim.2), dim != '')) AS dim_targets
    FROM
    (
        SELECT kpi, dim,
            if(countIf(ahead) > 0, argMinIf(one, due, ahead), argMax(one, due)) AS aim
        FROM
        (
            SELECT kpi, dim, due, due >= toDate32(now('Asia/Ho_Chi_Minh')) AS ahead,
                argMax((value, due, since, document, reason), (since, decided_at)) AS one
            FROM ioc_read.targets
            WHERE since <= toDate32(now('Asia/Ho_Chi_Minh'))
            GROUP BY kpi, dim, due
        )
        GROUP BY kpi, dim
    )
    GROUP BY kpi
) AS t ON t.kpi = k.kpi;

-- As in 0095; the target of a day is the one that held on it, so that a decision leaves the days before it alone. It alone
-- needs the targets of all days, and asks for them itself.
CREATE OR REPLACE VIEW ioc_read.history ${on_cluster} ${as_owner} AS
WITH shown AS
(
    SELECT kpi, dim, unit, toDate(hour, 'Asia/Ho_Chi_Minh') AS day, argMax(tuple(value), hour).1 AS last_shown
    FROM ioc_read.published
    WHERE window = 'day'
    GROUP BY kpi, dim, unit, day
),
if(n.kpi != '', n.dim, s.dim) AS of,
toDate32(if(n.kpi != '', n.day, s.day)) AS on_day,
arrayFilter(each -> each.4 <= on_day, k.aims) AS begun,
arrayFilter(each -> each.3 = if(arrayExists(one -> one.3 = of, begun), of, ''), begun) AS meant,
arrayFilter(a -> NOT arrayExists(b -> b.1 = a.1 AND (b.4, b.5) > (a.4, a.5), meant), meant) AS held,
arrayFirstIndex(each -> each.1 >= on_day, held) AS next
SELECT
    ifNull(nullIf(n.kpi, ''), s.kpi) AS kpi,
    if(n.kpi != '', n.dim, s.dim) AS dim,
    if(n.kpi != '', n.unit, s.unit) AS unit,
    if(n.kpi != '', n.day, s.day) AS day,
    if(n.kpi != '', n.known, s.last_shown) AS value,
    if(empty(held), NULL, held[if(next > 0, toInt64(next), -1)].2) AS target,
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
INNER JOIN
(
    SELECT r.kpi AS kpi, a.aims AS aims
    FROM ioc.ref_kpis AS r
    LEFT JOIN
    (
        SELECT kpi, arraySort(groupArray((due, value, dim, since, decided_at))) AS aims
        FROM ioc_read.targets
        GROUP BY kpi
    ) AS a ON a.kpi = r.kpi
) AS k ON k.kpi = if(n.kpi != '', n.kpi, s.kpi);
