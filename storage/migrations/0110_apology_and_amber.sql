-- Whether the extension that is in force came with an apology. Rows written before are folded again from the ledger.
ALTER TABLE ioc.cases_dossier ${on_cluster}
    ADD COLUMN IF NOT EXISTS apologised UInt8 COMMENT 'the extension in force came with an apology';

-- As in 0042, with that column: a view keeps those it was made with.
CREATE OR REPLACE VIEW ioc_read.cases_dossiers ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_dossier FINAL WHERE isNotNull(opened_at);
