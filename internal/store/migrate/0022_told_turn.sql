-- Who may send letters: as job_turn says who may move waves.
CREATE TABLE IF NOT EXISTS told_turn
(
    turn   UInt64,
    holder String,
    step   UInt32,
    until  DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (turn, holder, step)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
