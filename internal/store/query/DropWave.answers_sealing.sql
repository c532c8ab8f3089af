-- DropWave.answers_sealing
ALTER TABLE answers_sealing DROP PARTITION ID {partition:String}
