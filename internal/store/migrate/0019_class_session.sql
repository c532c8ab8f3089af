-- What teachers did with class sessions: the places they made and the hours they
-- opened. No pupil and no teacher; the partition is dropped at the seal. A place
-- that is taken stands in code_use, under the session.
CREATE TABLE IF NOT EXISTS class_session
(
    id      String,
    wave    UInt32,
    school  LowCardinality(String),
    class   LowCardinality(String),
    attempt UInt8,
    session FixedString(32),
    version UInt32,
    step    LowCardinality(String),
    places  UInt16,
    code    FixedString(32),
    ends    DateTime64(3, 'UTC')
)
ENGINE = MergeTree
PARTITION BY wave
ORDER BY (session, version, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1,
         old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
         max_cleanup_delay_period = 1
