-- Accounts of those who act, and their sessions. The writer's only: no view of ioc_read is made of these tables.
--
-- One row a change, the greatest version wins; what an account may do is its role's (catalogue/roles.yaml).
-- ORDER BY: always asked for by name, or all of them (some dozens) for the list.
CREATE TABLE IF NOT EXISTS ioc.accounts ${on_cluster}
(
    tenant LowCardinality(String),
    account String COMMENT 'the name of a post, never of a person',
    role LowCardinality(String),
    unit LowCardinality(String),
    password_hash String COMMENT 'Argon2id with its parameters and salt',
    disabled UInt8,
    must_change UInt8 COMMENT 'somebody else knows the password: it was made for the account',
    version UInt32 COMMENT 'counts the changes, from 1',
    changed_at DateTime64(3, 'UTC')
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, account);

-- Sessions, by what is kept of their token. Each begins under a version of its account and ends with it.
-- ORDER BY: every request asks for one digest; digests are random, so a row is one granule away: few rows each.
CREATE TABLE IF NOT EXISTS ioc.sessions ${on_cluster}
(
    tenant LowCardinality(String),
    digest FixedString(64) COMMENT 'SHA-256 of the token, hexadecimal; the token itself stands nowhere',
    account String,
    account_version UInt32,
    began_at DateTime64(3, 'UTC'),
    expires_at DateTime64(3, 'UTC'),
    used_at DateTime64(3, 'UTC') COMMENT 'known to some minutes',
    ended UInt8,
    version UInt64 COMMENT 'used_at in milliseconds; the greatest there is for the end, which nothing comes after'
)
ENGINE = ${ReplacingMergeTree}(version)
ORDER BY (tenant, digest)
TTL toDateTime(expires_at) + INTERVAL 1 DAY
SETTINGS index_granularity = 256;
