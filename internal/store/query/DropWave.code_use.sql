-- DropWave.code_use
ALTER TABLE code_use DROP PARTITION ID {partition:String}
