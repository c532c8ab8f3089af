-- Who may move waves: the latest turn. What was said last in it has the highest
-- step. No pupil is in it.
CREATE TABLE IF NOT EXISTS job_turn
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
