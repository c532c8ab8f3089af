-- Changes to who may sign in. Staff only; links and tokens as hashes.
CREATE TABLE IF NOT EXISTS access_event
(
    id     String,
    at     DateTime64(3, 'UTC'),
    `by`   String,
    step   LowCardinality(String),
    person String,
    body   String
)
ENGINE = MergeTree
ORDER BY (at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
