-- The migrations that have run here. Two processes that migrate at once record
-- it twice, so readers take name and checksum DISTINCT.
CREATE TABLE IF NOT EXISTS migration
(
    name     String,
    checksum String,
    at       DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY name
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
