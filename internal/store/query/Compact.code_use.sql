-- Compact.code_use
OPTIMIZE TABLE code_use PARTITION ID {partition:String} FINAL
