-- Compact.answers
OPTIMIZE TABLE answers PARTITION ID {partition:String} FINAL SETTINGS optimize_skip_merged_partitions = 1
