-- Compact.code_use
OPTIMIZE TABLE code_use PARTITION ID {partition:String} FINAL SETTINGS optimize_skip_merged_partitions = 1
