-- Whether dated targets will be met, as seen once a day: every indicator with a deadline, for every unit.
--
-- ORDER BY: a board shows all indicators of one unit, or one indicator of all units, on the newest day; a unit's
-- forecasts over time lie together.
CREATE TABLE IF NOT EXISTS ioc.forecasts ${on_cluster}
(
    tenant LowCardinality(String),
    kpi LowCardinality(String),
    dim LowCardinality(String),
    unit LowCardinality(String),
    on_day Date COMMENT 'the day it was computed on, from the complete weeks before it',
    status LowCardinality(String),
    target Float64,
    deadline Date32 COMMENT 'the next one; with status passed, the last one',
    expected Nullable(Float64),
    low Nullable(Float64),
    high Nullable(Float64),
    level Nullable(Float64) COMMENT 'probability of lying between low and high',
    method LowCardinality(String),
    weeks UInt32 COMMENT 'observed',
    value Nullable(Float64) COMMENT 'the last complete week',
    reached Nullable(UInt8) COMMENT 'whether that meets the target',
    error Nullable(Float64) COMMENT 'mean absolute error of the back-test, in the unit of the indicator',
    horizon_days UInt32 COMMENT 'how far ahead that error was tested',
    folds UInt32,
    message String,
    computed_at DateTime64(3, 'UTC')
)
ENGINE = ${ReplacingMergeTree}(computed_at)
ORDER BY (tenant, kpi, unit, dim, on_day);

-- The newest of each; one that is days old says so by on_day.
CREATE VIEW IF NOT EXISTS ioc_read.forecasts ${on_cluster} ${as_owner} AS
SELECT f.tenant AS tenant, f.kpi AS kpi, k.name_vi AS name_vi, k.unit_of_measure AS unit_of_measure,
    k.direction AS direction, f.dim AS dim, f.unit AS unit, f.on_day AS on_day, f.status AS status,
    f.target AS target, f.deadline AS deadline, f.expected AS expected, f.low AS low, f.high AS high,
    f.level AS level, f.method AS method, f.weeks AS weeks, f.value AS value, f.reached AS reached,
    f.error AS error, f.horizon_days AS horizon_days, f.folds AS folds, f.message AS message,
    f.computed_at AS computed_at
FROM
(
    SELECT * FROM ioc.forecasts FINAL
    ORDER BY on_day DESC
    LIMIT 1 BY tenant, kpi, unit, dim
) AS f
INNER JOIN ioc.ref_kpis AS k ON k.kpi = f.kpi;
