-- What each sealed wave adds to a hash chain: a commitment to its counts, and the
-- random bytes that keep anyone who sees the chain from guessing them. Of several
-- rows of a wave that of the latest turn counts.
CREATE TABLE IF NOT EXISTS wave_link
(
    place      UInt32,
    wave       UInt32,
    turn       UInt64,
    random     FixedString(32),
    commitment FixedString(32),
    link       FixedString(32)
)
ENGINE = MergeTree
ORDER BY (place, wave, turn)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
