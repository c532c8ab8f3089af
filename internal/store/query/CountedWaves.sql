-- CountedWaves
SELECT DISTINCT wave FROM counts
WHERE wave BETWEEN {from:UInt32} AND {to:UInt32}
ORDER BY wave
