-- Which member of staff saw or did what. No pupil is ever in it.
CREATE TABLE IF NOT EXISTS audit
(
    id     String,
    at     DateTime64(3, 'UTC'),
    person String,
    school LowCardinality(String),
    action LowCardinality(String),
    about  String
)
ENGINE = MergeTree
ORDER BY (person, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
