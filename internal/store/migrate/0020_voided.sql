-- Classes whose first attempt in a wave is not counted: who said so, when, why.
-- The id is a hash of class and wave. Whoever issues, stores or counts ballots
-- reads the first three columns alone.
CREATE TABLE IF NOT EXISTS voided
(
    wave   UInt32,
    school LowCardinality(String),
    class  LowCardinality(String),
    id     String,
    at     DateTime64(3, 'UTC'),
    by     String,
    reason LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (wave, school, class)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
