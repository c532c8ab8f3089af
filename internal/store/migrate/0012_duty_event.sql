-- What happened to prompts, and later to reports and cases. Append-only; the body
-- is JSON and its fields depend on the step.
CREATE TABLE IF NOT EXISTS duty_event
(
    id      String,
    subject String,
    owner   LowCardinality(String),
    school  LowCardinality(String),
    version UInt32,
    step    LowCardinality(String),
    at      DateTime64(3, 'UTC'),
    `by`    String,
    role    LowCardinality(String),
    body    String
)
ENGINE = MergeTree
ORDER BY (owner, school, subject, version, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
