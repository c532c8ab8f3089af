-- SaveCounts
INSERT INTO counts (wave, owner, school, unit, stratum, measure, bin, n)
