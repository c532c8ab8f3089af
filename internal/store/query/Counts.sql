-- Counts
SELECT DISTINCT wave, owner, school, unit, stratum, measure, bin, n FROM counts
WHERE owner = {owner:String} AND wave BETWEEN {from:UInt32} AND {to:UInt32}
ORDER BY wave, school, unit, stratum, measure, bin, n
