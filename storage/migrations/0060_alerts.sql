-- Alerts that are handled: more of each case, the rules behind them, and the answers to operators' wishes.
ALTER TABLE ioc.cases_alert ${on_cluster}
    ADD COLUMN IF NOT EXISTS seqno UInt64 COMMENT 'of its last step: what an operator must have seen',
    ADD COLUMN IF NOT EXISTS owner LowCardinality(String) COMMENT 'role that has it',
    ADD COLUMN IF NOT EXISTS to_unit LowCardinality(String) COMMENT 'unit it was assigned to',
    ADD COLUMN IF NOT EXISTS shelved_until Nullable(DateTime64(3, 'UTC')),
    ADD COLUMN IF NOT EXISTS changed_at Nullable(DateTime64(3, 'UTC')),
    ADD COLUMN IF NOT EXISTS changed_by LowCardinality(String) COMMENT 'role; watch: the centre itself',
    ADD COLUMN IF NOT EXISTS reason LowCardinality(String) COMMENT 'last reason code',
    ADD COLUMN IF NOT EXISTS steps Array(LowCardinality(String)) COMMENT 'of the procedure, done, in order',
    ADD COLUMN IF NOT EXISTS breaches Nullable(UInt64) COMMENT 'cases that breached when last raised',
    ADD COLUMN IF NOT EXISTS renewed UInt8 COMMENT 'raised again because more breached, or shelving ended';

-- The rules as readers need them; the newest version of each, `active` 0 when the catalogue has it no more.
CREATE TABLE IF NOT EXISTS ioc.ref_alert_rules ${on_cluster}
(
    tenant LowCardinality(String),
    rule String,
    active UInt8,
    name_vi String,
    name_en String,
    severity LowCardinality(String),
    kpi String,
    owner LowCardinality(String),
    quiet LowCardinality(String),
    step_ids Array(String),
    steps_vi Array(String),
    steps_en Array(String),
    reason_codes Array(String),
    reasons_vi Array(String),
    reasons_en Array(String),
    version UInt64
)
-- A dozen rows, joined by rule.
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, rule);

-- What became of each command. `topic_id`, `offset`: its record on ioc.control; the greatest is where reading
-- goes on, so that each is answered once.
CREATE TABLE IF NOT EXISTS ioc.command_outcomes ${on_cluster}
(
    id UUID,
    topic_id UUID,
    offset UInt64,
    alert_ref String,
    action LowCardinality(String),
    role LowCardinality(String),
    actor String COMMENT 'account, never a person''s name',
    accepted UInt8,
    reason LowCardinality(String) COMMENT 'code of the refusal, else empty',
    status LowCardinality(String) COMMENT 'of the alert after it',
    seqno UInt64,
    answered_at DateTime64(3, 'UTC'),
    version UInt64 COMMENT 'first answers win: greater for earlier records'
)
-- Asked for by id, by whoever waits for the answer; answered again, the row is the same.
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY id
TTL toDateTime(answered_at) + INTERVAL 400 DAY;
