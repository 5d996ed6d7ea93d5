-- Alerts as readers see them.
CREATE OR REPLACE VIEW ioc_read.cases_alerts ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_alert FINAL WHERE isNotNull(opened_at);

-- With the words of their rules; those of a rule that is gone go by its id.
CREATE VIEW IF NOT EXISTS ioc_read.alerts ${on_cluster} ${as_owner} AS
SELECT
    a.subject AS alert_ref, a.rule AS rule,
    if(r.name_vi != '', r.name_vi, a.rule) AS name_vi, if(r.name_en != '', r.name_en, a.rule) AS name_en,
    a.kpi AS kpi, a.unit AS unit, a.severity AS severity, a.status AS status, a.seqno AS seqno, a.open AS open,
    a.owner AS owner, a.to_unit AS to_unit, a.escalated AS escalated, a.renewed AS renewed,
    a.breaches AS breaches, a.raised_at AS raised_at, a.acknowledged_at AS acknowledged_at,
    a.ack_seconds AS ack_seconds, a.changed_at AS changed_at, a.changed_by AS changed_by,
    a.shelved_until AS shelved_until, a.ended_at AS ended_at, a.reason AS reason, a.steps AS steps,
    transform(toString(a.severity), ['critical', 'major', 'minor', 'info'], [1, 2, 3, 4], 5) AS rank
FROM (SELECT * FROM ioc.cases_alert FINAL) AS a
LEFT JOIN (SELECT * FROM ioc.ref_alert_rules FINAL) AS r ON r.tenant = a.tenant AND r.rule = a.rule
WHERE isNotNull(a.opened_at);

CREATE VIEW IF NOT EXISTS ioc_read.alert_rules ${on_cluster} ${as_owner} AS
SELECT rule, name_vi, name_en, severity, kpi, owner, quiet, step_ids, steps_vi, steps_en, reason_codes,
    reasons_vi, reasons_en
FROM ioc.ref_alert_rules FINAL
WHERE active = 1;

-- The steps of every alert, from the ledger.
CREATE VIEW IF NOT EXISTS ioc_read.alert_history ${on_cluster} ${as_owner} AS
SELECT subject AS alert_ref, seqno, time AS at, JSONExtractString(data, 'state') AS state,
    JSONExtractString(data, 'severity') AS severity, JSONExtractString(data, 'actor_role') AS role,
    JSONExtractString(data, 'to_role') AS to_role, JSONExtractString(data, 'to_unit') AS to_unit,
    JSONExtractString(data, 'reason_code') AS reason, JSONExtractString(data, 'sop_step') AS step,
    orgunit AS unit, JSONExtractString(data, 'rule_id') AS rule, id AS event_id
FROM ioc.events_alerts
WHERE verdict = 'counted' AND type = 'vn.gov.ioc.alert.transitioned.v1';

CREATE VIEW IF NOT EXISTS ioc_read.command_outcomes ${on_cluster} ${as_owner} AS
SELECT id, alert_ref, action, role, accepted, reason, status, seqno, answered_at
FROM ioc.command_outcomes FINAL;

-- What is missing, now: whose turn it is, since when, and when it was or is due. Without persons: HR by unit,
-- and not at all under five.
CREATE VIEW IF NOT EXISTS ioc_read.absences ${on_cluster} ${as_owner} AS
WITH now64(3) AS t
SELECT 'document_unassigned' AS kind, subject, toString(unit) AS unit, opened_at AS since, assign_due_at AS due,
    toUInt64(1) AS cases, toString(urgency) AS detail
FROM ioc.cases_document_in FINAL
WHERE open = 1 AND isNull(assigned_at) AND assign_due_at <= t
UNION ALL
SELECT 'document_overdue', subject, toString(unit), opened_at, due_at, toUInt64(1), toString(urgency)
FROM ioc.cases_document_in FINAL
WHERE open = 1 AND due_at < t
UNION ALL
SELECT if(due_at < t, 'dossier_overdue', 'dossier_due_soon'), subject, toString(unit), opened_at, due_at,
    toUInt64(1), toString(procedure_code)
FROM ioc.cases_dossier FINAL
WHERE open = 1 AND running = 1 AND isNotNull(due_at) AND (due_at < t OR stage_soon[-1] <= t)
UNION ALL
SELECT 'feedback_overdue', subject, toString(unit), opened_at, due_at, toUInt64(1), toString(ioc.cases_feedback.kind)
FROM ioc.cases_feedback FINAL
WHERE open = 1 AND due_at < t
UNION ALL
SELECT 'task_overdue', subject, toString(unit), opened_at, due_at, toUInt64(1), toString(program)
FROM ioc.cases_task FINAL
WHERE open = 1 AND due_at < t
UNION ALL
SELECT 'hr_unsynced', '', toString(unit), min(opened_at), min(limit_at), count(), ''
FROM ioc.cases_hr_change FINAL
WHERE open = 1 AND limit_at < t
GROUP BY unit
HAVING count() >= 5
UNION ALL
SELECT 'source_silent', subject, toString(unit), heartbeat_at, heartbeat_at + toIntervalSecond(3 * interval_s),
    toUInt64(1), toString(status)
FROM ioc.watch_sources
WHERE status != 'maintenance' AND heartbeat_at + toIntervalSecond(3 * interval_s) < t
UNION ALL
SELECT 'source_gap', subject, toString(unit), raised_at, raised_at, ifNull(breaches, 1), toString(status)
FROM ioc.cases_alert FINAL
WHERE rule = 'source_gap' AND open = 1;
