-- Vintages
SELECT wave, body FROM vintage
WHERE wave BETWEEN {from:UInt32} AND {to:UInt32}
ORDER BY wave, body LIMIT 1 BY wave
