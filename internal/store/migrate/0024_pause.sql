-- Classes, or under an empty name whole schools, that are not asked in a wave:
-- who said so, when. Of a class and wave the latest row is in force; none is
-- written once the wave is open. Whoever issues, stores or counts ballots does not
-- read who said it.
CREATE TABLE IF NOT EXISTS pause
(
    wave   UInt32,
    owner  LowCardinality(String),
    school LowCardinality(String),
    class  LowCardinality(String),
    stands Bool,
    id     String,
    at     DateTime64(3, 'UTC'),
    by     String
)
ENGINE = MergeTree
ORDER BY (wave, school, class)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
