-- Summaries of ledger partitions that expired: what the exact check counts in place of the rows.
-- Written before the rows go, replaced when written again; ORDER BY is its identity.
CREATE TABLE IF NOT EXISTS ioc.ledger_expired ${on_cluster}
(
    topic LowCardinality(String),
    expiry String COMMENT 'the dropped partition of the ledger table',
    topic_id UUID,
    partition UInt16,
    first UInt64,
    last UInt64,
    counted UInt64,
    suppressed UInt64,
    conflict UInt64,
    rejected UInt64,
    expired_at DateTime64(3, 'UTC')
)
ENGINE = ${ReplacingMergeTree}(expired_at)
ORDER BY (topic, topic_id, partition, expiry);

-- Partitions on which landing stands still because going on would skip records; one row each, the newest
-- wins, an empty reason means that it goes on.
CREATE TABLE IF NOT EXISTS ioc.landing_stops ${on_cluster}
(
    topic LowCardinality(String),
    partition UInt16,
    reason String,
    first UInt64,
    last UInt64,
    at DateTime64(3, 'UTC')
)
ENGINE = ${ReplacingMergeTree}(at)
ORDER BY (topic, partition);

-- One row per log and verdict. Answered from the projection "totals": a few rows a part, at any size.
CREATE VIEW IF NOT EXISTS ioc.ledger_totals ${on_cluster} AS
SELECT 'ioc.documents' AS topic, topic_id, partition, toString(verdict) AS verdict, count() AS records, min(offset) AS first, max(offset) AS last FROM ioc.events_documents GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.services', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_services GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.hr', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_hr GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.tasks', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_tasks GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.archives', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_archives GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.quality', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_quality GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.platform', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_platform GROUP BY topic_id, partition, verdict
UNION ALL SELECT 'ioc.alerts', topic_id, partition, toString(verdict), count(), min(offset), max(offset) FROM ioc.events_alerts GROUP BY topic_id, partition, verdict
UNION ALL SELECT topic, topic_id, partition, pair.1, pair.2, first, last FROM ioc.ledger_expired FINAL ARRAY JOIN [('counted', counted), ('suppressed', suppressed), ('conflict', conflict), ('rejected', rejected)] AS pair WHERE pair.2 > 0;

CREATE VIEW IF NOT EXISTS ioc_read.ledger ${on_cluster} ${as_owner} AS
SELECT topic, partition, verdict, sum(held.records) AS records FROM ioc.ledger_totals AS held GROUP BY topic, partition, verdict;

-- A log with a hole: fewer rows than offsets between its first and its last. `missing` below 0 would be a
-- row too many. The ranges themselves are listed by `ioc ledger`.
CREATE VIEW IF NOT EXISTS ioc_read.ledger_gaps ${on_cluster} ${as_owner} AS
SELECT topic, toString(topic_id) AS log, partition, min(held.first) AS first, max(held.last) AS last,
       toInt64(max(held.last) - min(held.first) + 1) - toInt64(sum(held.records)) AS missing
FROM ioc.ledger_totals AS held
GROUP BY topic, topic_id, partition
HAVING missing != 0;

CREATE VIEW IF NOT EXISTS ioc_read.landing_stops ${on_cluster} ${as_owner} AS
SELECT topic, partition, reason, first, last, at FROM ioc.landing_stops FINAL WHERE reason != '';

-- Quarantine is the ledger's rejected rows and those in conflict with an event already counted. Without
-- payloads: only the shape of what was refused. Personal events are not in it.
CREATE VIEW IF NOT EXISTS ioc_read.quarantine ${on_cluster} ${as_owner} AS
SELECT _table AS ledger, partition, offset, logged_at AS at, toString(verdict) AS verdict, reason, field,
       source, type, id, orgunit AS unit, masked, rules
FROM ioc.events
WHERE verdict IN ('rejected', 'conflict') AND _table != 'events_hr';
