-- Which member of staff got a letter, and about what: ids and steps, never what
-- they hold. No pupil is in it.
CREATE TABLE IF NOT EXISTS told
(
    id     String,
    mail   String,
    at     DateTime64(3, 'UTC'),
    owner  LowCardinality(String),
    person String,
    step   LowCardinality(String),
    items  Array(String),
    digest Bool,
    said   String
)
ENGINE = MergeTree
ORDER BY (owner, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
