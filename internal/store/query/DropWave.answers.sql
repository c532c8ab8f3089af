-- DropWave.answers
ALTER TABLE answers DROP PARTITION ID {partition:String}
