-- DropNullifiers.waves
SELECT DISTINCT wave FROM nullifier WHERE wave < {before:UInt32} ORDER BY wave
