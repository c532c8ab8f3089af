-- How often an owner has chosen that pupils are asked, and from which school year
-- on. Staff's own settings; no pupil is in it.
CREATE TABLE IF NOT EXISTS rhythm_choice
(
    id    String,
    owner String,
    weeks UInt8,
    since UInt16,
    at    DateTime64(3, 'UTC'),
    `by`  String
)
ENGINE = MergeTree
ORDER BY (owner, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
