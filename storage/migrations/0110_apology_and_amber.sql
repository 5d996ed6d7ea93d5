-- Whether the extension that is in force came with an apology. Rows written before are folded again from the ledger.
ALTER TABLE ioc.cases_dossier ${on_cluster}
    ADD COLUMN IF NOT EXISTS apologised UInt8 COMMENT 'the extension in force came with an apology';

-- As in 0042, with that column: a view keeps those it was made with.
CREATE OR REPLACE VIEW ioc_read.cases_dossiers ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_dossier FINAL WHERE isNotNull(opened_at);

-- As in 0095; amber within five points, of a ratio within five hundredths (`AMBER_WITHIN` in ioc/kpis.py).
CREATE OR REPLACE VIEW ioc_read.values_now ${on_cluster} ${as_owner} AS
WITH
    arrayFirst(each -> each.1 = v.dim, k.dim_targets) AS own,
    if(k.unit_of_measure = 'ratio', 0.05, 5) AS within
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
        if(k.direction = 'up', value >= target - within, value <= target + within), 'amber',
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
