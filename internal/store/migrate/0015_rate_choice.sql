-- How many false alarms an owner has chosen, and from which day on. Staff's own
-- settings; no pupil is in it.
CREATE TABLE IF NOT EXISTS rate_choice
(
    id    String,
    owner String,
    rate  Float64,
    since String,
    at    DateTime64(3, 'UTC'),
    `by`  String
)
ENGINE = MergeTree
ORDER BY (owner, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
