-- Printed codes at rest: an HMAC under a key outside the database. No time, no
-- pupil, no slip number; the partition is dropped at the seal.
CREATE TABLE IF NOT EXISTS codes
(
    wave    UInt32,
    school  LowCardinality(String),
    class   LowCardinality(String),
    attempt UInt8,
    mac     FixedString(32)
)
ENGINE = MergeTree
PARTITION BY wave
ORDER BY mac
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1,
         old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
         max_cleanup_delay_period = 1
