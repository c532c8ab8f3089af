-- One row per ballot and nothing else: no time of any kind, address, language,
-- device or code. Plain MergeTree: a Replacing one would change counts at merges.
-- Sorted by a hash, so the disk keeps no order of arrival. The last settings make
-- what is merged or dropped leave the disk within seconds, not minutes.
CREATE TABLE IF NOT EXISTS answers
(
    school    LowCardinality(String),
    class     LowCardinality(String),
    wave      UInt32,
    attempt   UInt8,
    nullifier FixedString(32),
    items     Array(LowCardinality(String)),
    options   Array(UInt8)
)
ENGINE = MergeTree
PARTITION BY wave
ORDER BY nullifier
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1,
         old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
         max_cleanup_delay_period = 1
