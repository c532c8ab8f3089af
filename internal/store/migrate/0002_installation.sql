-- What is set once or seldom for the whole installation, such as that it is a
-- rehearsal. The latest value of a key is in force.
CREATE TABLE IF NOT EXISTS installation
(
    id    String,
    key   String,
    value String,
    at    DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (key, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
