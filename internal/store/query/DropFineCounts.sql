-- DropFineCounts
DELETE FROM counts WHERE wave = {wave:UInt32} AND NOT startsWith(unit, 'grade:') AND NOT startsWith(unit, 'school:')
  AND (SELECT max(turn) FROM job_turn) = {turn:UInt64}
