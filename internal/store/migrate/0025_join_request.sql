-- Who would like to be let in to report, until somebody at the school has
-- answered, and 30 days at most: apart from who may sign in, whose journal forgets
-- nothing. The last settings make what is deleted leave the disk within seconds.
CREATE TABLE IF NOT EXISTS join_request
(
    id     String,
    at     DateTime64(3, 'UTC'),
    school LowCardinality(String),
    name   String,
    email  String,
    lang   LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (school, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1,
         old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
         max_cleanup_delay_period = 1
