-- DropSummaries
DELETE FROM summary WHERE wave = {wave:UInt32}
