-- DropNullifiers
ALTER TABLE nullifier DROP PARTITION ID {partition:String}
