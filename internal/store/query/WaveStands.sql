-- WaveStands
SELECT DISTINCT wave, toString(step) AS step, '' AS school, '' AS class FROM wave_event
WHERE wave IN ({waves:Array(UInt32)}) AND owner = ''
UNION ALL
SELECT DISTINCT wave, 'voided' AS step, toString(school) AS school, toString(class) AS class FROM voided
WHERE wave IN ({waves:Array(UInt32)})
