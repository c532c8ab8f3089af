-- What detection needs of each folded unit: sums over its counts, so that a
-- school's whole history is read in a moment. They stand for the same persons.
CREATE TABLE IF NOT EXISTS summary
(
    wave          UInt32,
    owner         LowCardinality(String),
    school        LowCardinality(String),
    unit          LowCardinality(String),
    stratum       LowCardinality(String),
    questionnaire LowCardinality(String),
    grade         UInt8,
    roster        UInt16,
    ballots       Int16,
    n             UInt16,
    sum           Float64,
    squares       Float64,
    low           UInt16,
    themes        Array(LowCardinality(String)),
    answered      Array(UInt16),
    bad           Array(UInt16)
)
ENGINE = MergeTree
PARTITION BY intDiv(wave, 52)
ORDER BY (owner, wave, school, unit, stratum)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
