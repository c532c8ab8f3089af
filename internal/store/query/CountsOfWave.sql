-- CountsOfWave
SELECT DISTINCT wave, owner, school, unit, stratum, measure, bin, n FROM counts
WHERE wave = {wave:UInt32}
ORDER BY owner, school, unit, stratum, measure, bin, n
