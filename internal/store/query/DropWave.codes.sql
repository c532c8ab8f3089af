-- DropWave.codes
ALTER TABLE codes DROP PARTITION ID {partition:String}
