-- How often which page was looked at by which role on which day: nothing of who, from where or when within the day.
-- The web process counts, the gateway writes a batch a minute; a batch sent again changes nothing (its token).
--
-- ORDER BY: what adds up to one row; asked for by day, over some weeks. A day is some dozens of rows once merged.
CREATE TABLE IF NOT EXISTS ioc.page_views ${on_cluster}
(
    tenant LowCardinality(String),
    day Date COMMENT 'in Vietnam',
    role LowCardinality(String) COMMENT 'empty: nobody is signed in, as on a wall',
    page LowCardinality(String) COMMENT 'a page of ours, boards by name: wall/operations-wall',
    views UInt64
)
ENGINE = ${SummingMergeTree}(views)
PARTITION BY toYear(day)
ORDER BY (tenant, day, role, page)
TTL day + INTERVAL 25 MONTH
SETTINGS ${deduplication_window} = 1000;

CREATE VIEW IF NOT EXISTS ioc_read.page_views ${on_cluster} ${as_owner} AS
SELECT tenant, day, role, page, sum(views) AS views
FROM ioc.page_views
GROUP BY tenant, day, role, page;
