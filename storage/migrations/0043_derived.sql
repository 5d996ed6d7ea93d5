-- What the cases were derived with: other facts kept of an event, other folds or another calendar, and they
-- are derived again.
CREATE TABLE IF NOT EXISTS ioc.derived ${on_cluster}
(
    facts UInt32 COMMENT 'raised when a case keeps more of its events',
    folds String COMMENT 'version of the folds and of the calendar',
    derived_at DateTime64(3, 'UTC')
)
-- A handful of rows, always read whole: the latest counts.
ENGINE = ${MergeTree}
ORDER BY derived_at;
