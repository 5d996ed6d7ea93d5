-- What more is derived of a dossier. Rows written before are folded again from the ledger.
ALTER TABLE ioc.cases_dossier ${on_cluster}
    ADD COLUMN IF NOT EXISTS used_minutes UInt32 COMMENT 'working minutes from receipt to resolution, pauses taken off',
    ADD COLUMN IF NOT EXISTS allowed_minutes UInt32 COMMENT 'working minutes the law allows; 0: not stated',
    ADD COLUMN IF NOT EXISTS sync_ok UInt8 COMMENT 'on the portal within 15 minutes of receipt',
    ADD COLUMN IF NOT EXISTS paper_result Nullable(UInt8) COMMENT 'ends in a paper result; NULL: not stated',
    ADD COLUMN IF NOT EXISTS store_used UInt8 COMMENT 'a paper from the citizen''s store, or the result put into it',
    ADD COLUMN IF NOT EXISTS paid_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first payment',
    ADD COLUMN IF NOT EXISTS payments UInt16 COMMENT 'without exempt ones',
    ADD COLUMN IF NOT EXISTS payments_online UInt16,
    ADD COLUMN IF NOT EXISTS amount_paid UInt64 COMMENT 'đồng',
    ADD COLUMN IF NOT EXISTS rounds UInt16 COMMENT 'requests for a supplement',
    ADD COLUMN IF NOT EXISTS supplement_at Nullable(DateTime64(3, 'UTC')) COMMENT 'since when a supplement is awaited',
    ADD INDEX IF NOT EXISTS by_paid paid_at TYPE minmax GRANULARITY 1;

ALTER TABLE ioc.cases_document_in ${on_cluster}
    ADD COLUMN IF NOT EXISTS assign_minutes Nullable(UInt32) COMMENT 'urgent: minutes from arrival to the first assignment; hỏa tốc by the clock, others working ones',
    ADD INDEX IF NOT EXISTS by_assigned assigned_at TYPE minmax GRANULARITY 1;
