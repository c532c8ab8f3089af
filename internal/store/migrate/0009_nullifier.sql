-- Nullifiers of sealed waves, without class, kept for a while so that a tablet
-- whose receipt got lost still gets it.
CREATE TABLE IF NOT EXISTS nullifier
(
    wave      UInt32,
    nullifier FixedString(32)
)
ENGINE = MergeTree
PARTITION BY wave
ORDER BY nullifier
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1,
         old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
         max_cleanup_delay_period = 1
