-- A rebuild is made beside the live tables. What it is for (one source, or only to compare) stands with the wish;
-- how far it is, so that a process that dies goes on: the offsets read, and the version of the folds that read them.
ALTER TABLE ioc.rebuilds ${on_cluster}
    ADD COLUMN IF NOT EXISTS source LowCardinality(String) COMMENT 'only the cases this system spoke about',
    ADD COLUMN IF NOT EXISTS check UInt8 COMMENT 'compare, and leave the live tables as they are',
    ADD COLUMN IF NOT EXISTS vector String COMMENT 'next offset of every partition; empty: begin again',
    ADD COLUMN IF NOT EXISTS made_with String COMMENT 'facts, folds and calendar of what stands beside',
    ADD COLUMN IF NOT EXISTS events UInt64,
    ADD COLUMN IF NOT EXISTS slices UInt64,
    ADD COLUMN IF NOT EXISTS report String COMMENT 'what differed, or why it ended without result: JSON';
