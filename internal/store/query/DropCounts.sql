-- DropCounts
DELETE FROM counts WHERE wave = {wave:UInt32}
