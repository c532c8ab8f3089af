-- ReleaseOfWave
SELECT DISTINCT release, wave, owner, school, level, unit, audience, item, form, value, reason FROM release
WHERE owner = {owner:String} AND wave = {wave:UInt32}
ORDER BY ALL
