-- Events that came under the name of one that was counted, with other content: the fingerprint of each, and where both
-- stand. The ledger's row of a conflict has its own fingerprint; the counted one is found by the name they share,
-- through the projection by_id (the list of hashes is short: a conflict is rare, and an alarm).
CREATE VIEW IF NOT EXISTS ioc.conflicts ${on_cluster} AS
SELECT c.tenant AS tenant, c.source AS source, c.id AS id, c.type AS type, c.orgunit AS unit, c.logged_at AS at,
    c._table AS ledger, c.topic_id AS topic_id, c.partition AS partition, c.offset AS offset,
    lower(hex(c.fingerprint)) AS fingerprint,
    k.ledger AS counted_ledger, k.topic_id AS counted_topic_id, k.partition AS counted_partition,
    k.offset AS counted_offset, k.at AS counted_at, lower(hex(k.fingerprint)) AS counted_fingerprint
FROM ioc.events AS c
LEFT JOIN
(
    SELECT source, id, _table AS ledger, topic_id, partition, offset, logged_at AS at, fingerprint
    FROM ioc.events
    WHERE verdict = 'counted' AND id_hash IN (SELECT id_hash FROM ioc.events WHERE verdict = 'conflict')
) AS k ON k.source = c.source AND k.id = c.id AND k.ledger = c._table AND k.topic_id = c.topic_id
    AND k.partition = c.partition
WHERE c.verdict = 'conflict';

-- What the rule about conflicts looks at.
CREATE VIEW IF NOT EXISTS ioc.watch_conflicts ${on_cluster} AS
SELECT toString(tenant) AS tenant, toString(source) AS subject, toString(orgunit) AS unit, logged_at AS at
FROM ioc.events
WHERE verdict = 'conflict';
