-- Which blinded element a code was spent on. No time; dropped at the seal.
CREATE TABLE IF NOT EXISTS code_use
(
    wave    UInt32,
    mac     FixedString(32),
    blinded FixedString(32)
)
ENGINE = MergeTree
PARTITION BY wave
ORDER BY (mac, blinded)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1,
         old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
         max_cleanup_delay_period = 1
