-- The events of one case, for whoever follows it from an alert down. Without those of persons, and without
-- what the events say: type, time, source and id lead to the rest.
CREATE VIEW IF NOT EXISTS ioc_read.case_events ${on_cluster} ${as_owner} AS
SELECT tenant, subject, type, time, source, id, orgunit AS unit, seqno, correctionof
FROM ioc.events
WHERE verdict = 'counted' AND _table != 'events_hr';
