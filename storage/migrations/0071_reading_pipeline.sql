-- From published to readable: how many events took how long, by day and source.
CREATE VIEW IF NOT EXISTS ioc_read.latency ${on_cluster} ${as_owner} AS
SELECT l.day AS day, l.source AS source, l.milliseconds AS milliseconds, sum(l.events) AS events
FROM ioc.latency AS l
GROUP BY l.day, l.source, l.milliseconds;

-- How far landing is behind each log, from the projection "totals" and from what landing last told.
-- told_at: when it told; lag: records that Kafka holds and the ledger does not.
CREATE VIEW IF NOT EXISTS ioc_read.landing_lag ${on_cluster} ${as_owner} AS
SELECT p.topic AS topic, max(p.at) AS told_at, sum(p.end - p.start) AS held,
    sum(if(p.end > ifNull(l.high, p.start), p.end - ifNull(l.high, p.start), 0)) AS lag
FROM (SELECT topic, topic_id, partition, start, end, at FROM ioc.landing_progress FINAL) AS p
LEFT JOIN
(
    SELECT topic, topic_id, partition, toNullable(max(t.last) + 1) AS high
    FROM ioc.ledger_totals AS t
    GROUP BY topic, topic_id, partition
) AS l ON l.topic = p.topic AND l.topic_id = p.topic_id AND l.partition = p.partition
GROUP BY p.topic;
