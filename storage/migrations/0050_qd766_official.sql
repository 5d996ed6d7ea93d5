-- QĐ 766 as the national portal published it, imported from its saved answers. One row a unit, group and metric
-- of a period; an empty metric is the group's total. What was imported last counts.
--
-- ORDER BY (tenant, period, unit, grp, metric): read as all lines of one unit in one period, or, for a ranking, as
-- one period of all units; a period's rows stand together. Scores are decimals: 0.1 + 0.2 must be 0.3 here.
CREATE TABLE IF NOT EXISTS ioc.qd766_official ${on_cluster}
(
    tenant LowCardinality(String),
    period LowCardinality(String) COMMENT '2026-10, 2026-Q3 or 2026',
    unit String COMMENT 'our code where it is known, else the portal''s',
    portal_id String COMMENT 'the portal''s own key of the unit',
    grp LowCardinality(String) COMMENT 'as in qd766.yaml',
    metric LowCardinality(String) COMMENT 'as in qd766.yaml; empty: the total of the group',
    numerator Nullable(Decimal(18, 4)),
    denominator Nullable(Decimal(18, 4)),
    ratio Nullable(Decimal(18, 4)) COMMENT 'percent, as stated',
    score Nullable(Decimal(18, 4)) COMMENT 'NULL: the portal had no data, or states no points for this line',
    maximum Nullable(Decimal(18, 4)),
    quality_status String COMMENT 'the portal''s own reservation about the number',
    quality_message String,
    imported_at DateTime64(3, 'UTC'),
    version UInt64
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, period, unit, grp, metric);

CREATE VIEW IF NOT EXISTS ioc_read.qd766_official ${on_cluster} ${as_owner} AS
SELECT tenant, period, unit, grp, metric, numerator, denominator, ratio, score, maximum, quality_status,
    quality_message, imported_at
FROM ioc.qd766_official FINAL;
