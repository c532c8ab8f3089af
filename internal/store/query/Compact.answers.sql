-- Compact.answers
OPTIMIZE TABLE answers PARTITION ID {partition:String} FINAL
