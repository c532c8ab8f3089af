-- DropWave.class_session
ALTER TABLE class_session DROP PARTITION ID {partition:String}
