-- SaveCounts
INSERT INTO counts (wave, owner, school, unit, stratum, measure, bin, n)
SELECT wave, owner, school, unit, stratum, measure, bin, n FROM given_rows
WHERE (SELECT max(turn) FROM job_turn) = {turn:UInt64}
