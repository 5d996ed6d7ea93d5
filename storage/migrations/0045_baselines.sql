-- Reference counts that no event carries (staff, procedures before the reform, archive stocks, systems), for a
-- unit with everything beneath it; valid_to is exclusive. Staff is one of them: its table of old goes.
--
-- ORDER BY (tenant, baseline, unit, valid_from): one count of one unit over time is read together.
CREATE TABLE IF NOT EXISTS ioc.ref_baselines ${on_cluster}
(
    tenant LowCardinality(String),
    baseline LowCardinality(String),
    unit String,
    valid_from Date32,
    valid_to Date32,
    value UInt64
)
ENGINE = ${MergeTree}
ORDER BY (tenant, baseline, unit, valid_from);

DROP TABLE IF EXISTS ioc.ref_headcounts ${on_cluster};

-- What units declare of themselves, for a unit with everything beneath it. In hundredths: two units that
-- have declared something in full are 200, of `expected` 100 for each unit with staff of its own.
CREATE TABLE IF NOT EXISTS ioc.ref_declared ${on_cluster}
(
    tenant LowCardinality(String),
    statement LowCardinality(String),
    unit String,
    valid_from Date32,
    valid_to Date32,
    declared UInt32,
    expected UInt32
)
ENGINE = ${MergeTree}
ORDER BY (tenant, statement, unit, valid_from);

ALTER TABLE ioc.ref_kpis ${on_cluster}
    ADD COLUMN IF NOT EXISTS baseline LowCardinality(String) COMMENT 'what a stock is counted out of',
    ADD COLUMN IF NOT EXISTS complement UInt8 COMMENT 'what is missing to the baseline is counted';

-- As in 0015; a stock over a baseline is divided by that baseline of its day, and what has kinds has a total.
CREATE OR REPLACE VIEW ioc_read.history ${on_cluster} ${as_owner} AS
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
