-- What the gate let out, line by line; never changed. Releasing twice writes
-- equal rows, so readers take them DISTINCT. Sorted for a school's pages; the
-- index finds an owner's schools.
CREATE TABLE IF NOT EXISTS release
(
    release  String,
    wave     UInt32,
    owner    LowCardinality(String),
    school   LowCardinality(String),
    level    LowCardinality(String),
    unit     LowCardinality(String),
    audience LowCardinality(String),
    item     LowCardinality(String),
    form     LowCardinality(String),
    value    String,
    reason   String,
    INDEX owner owner TYPE bloom_filter GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY intDiv(wave, 52)
ORDER BY (school, wave, level, unit, audience, item, form)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
         min_compressed_bytes_to_fsync_after_merge = 1
