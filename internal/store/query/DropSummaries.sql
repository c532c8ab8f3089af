-- DropSummaries
DELETE FROM summary WHERE wave = {wave:UInt32} AND (SELECT max(turn) FROM job_turn) = {turn:UInt64}
