-- Each import of an owner's roster, whole, as JSON. No pupil is in it: a class
-- list was forgotten for a number before it came here.
CREATE TABLE IF NOT EXISTS roster_version
(
    id       String,
    owner    String,
    at       DateTime64(3, 'UTC'),
    `by`     String,
    document String
)
ENGINE = MergeTree
ORDER BY (owner, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
