-- The trail as a chain: who wrote a line (a process, or one command), the number it has there, the links it follows and
-- its own, the SHA-256 of all of it. Lines from before have number 0 and no link; the first one of the chain follows
-- their digest.
ALTER TABLE ioc.audit_trail ${on_cluster}
    ADD COLUMN IF NOT EXISTS writer UUID COMMENT 'whose chain',
    ADD COLUMN IF NOT EXISTS seqno UInt64 COMMENT 'from 1 within it; 0: older than the chain',
    ADD COLUMN IF NOT EXISTS after Array(String) COMMENT 'links it follows; of a first line the ends of all chains',
    ADD COLUMN IF NOT EXISTS link String COMMENT 'SHA-256, hexadecimal';

-- Who did what is the auditors' alone: they ask the back office, which writes down that they did. Readers are walls
-- and boards, and whoever may open a board may send it any query.
DROP VIEW IF EXISTS ioc_read.audit_trail ${on_cluster};
