-- Quarantine with what the desk made of each record. Readers see the shape of a record, never its content, and
-- nothing of personal events.
CREATE OR REPLACE VIEW ioc_read.quarantine ${on_cluster} ${as_owner} AS
SELECT q.ledger AS ledger, q.partition AS partition, q.offset AS offset, q.at AS at, q.verdict AS verdict,
    q.reason AS reason, q.field AS field, q.source AS source, q.type AS type, q.id AS id, q.unit AS unit,
    q.masked AS masked, q.rules AS rules,
    if(d.state = 'awaiting' AND d.until <= now64(3), 'open', toString(d.state)) AS state
FROM
(
    SELECT _table AS ledger, topic_id, partition, offset, logged_at AS at, toString(verdict) AS verdict, reason, field,
        source, type, id, orgunit AS unit, masked, rules
    FROM ioc.events
    WHERE verdict IN ('rejected', 'conflict') AND _table != 'events_hr'
) AS q
LEFT JOIN (SELECT topic_id, partition, offset, state, until FROM ioc.desk_records FINAL) AS d
ON d.topic_id = q.topic_id AND d.partition = q.partition AND d.offset = q.offset;
