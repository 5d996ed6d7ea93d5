-- Orders to go on behind a stop, given by somebody with a name: landing looks for one while a partition stands still,
-- and at every assignment, because the plan of a block that was given up must not be asked for again.
-- A handful of rows, asked for by topic and partition.
CREATE TABLE IF NOT EXISTS ioc.landing_orders ${on_cluster}
(
    topic LowCardinality(String),
    partition UInt16,
    topic_id UUID COMMENT 'of the log that the range is of: not the present one if the topic was made anew',
    first UInt64,
    last UInt64,
    reason LowCardinality(String),
    account String,
    at DateTime64(3, 'UTC')
)
ENGINE = ${ReplacingMergeTree}(at)
ORDER BY (topic, partition, topic_id, first, last);
