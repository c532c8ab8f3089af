-- The steps of each wave. The id is a hash of (wave, owner, step).
CREATE TABLE IF NOT EXISTS wave_event
(
    id     String,
    wave   UInt32,
    owner  String,
    step   LowCardinality(String),
    at     DateTime64(3, 'UTC'),
    closes DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (wave, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
