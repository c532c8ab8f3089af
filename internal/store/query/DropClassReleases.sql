-- DropClassReleases
DELETE FROM release WHERE wave < {before:UInt32} AND level = 'class' AND (SELECT max(turn) FROM job_turn) = {turn:UInt64}
