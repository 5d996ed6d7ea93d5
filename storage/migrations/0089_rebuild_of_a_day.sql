-- A wish may be for the cells of one day only. NULL: everything anew.
ALTER TABLE ioc.rebuilds ${on_cluster} ADD COLUMN IF NOT EXISTS day Nullable(Date);
