-- What was usual in each wave over all owners, as learned when it was sealed. It
-- is written once and holds no unit below a school.
CREATE TABLE IF NOT EXISTS vintage
(
    wave UInt32,
    body String
)
ENGINE = MergeTree
ORDER BY wave
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
