-- The folded histograms: all that is kept of the answers. Folding twice writes
-- equal rows, so readers take them DISTINCT.
CREATE TABLE IF NOT EXISTS counts
(
    wave    UInt32,
    owner   LowCardinality(String),
    school  LowCardinality(String),
    unit    LowCardinality(String),
    stratum LowCardinality(String),
    measure LowCardinality(String),
    bin     UInt8,
    n       UInt32
)
ENGINE = MergeTree
PARTITION BY intDiv(wave, 52)
ORDER BY (owner, wave, school, unit, stratum, measure, bin)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
