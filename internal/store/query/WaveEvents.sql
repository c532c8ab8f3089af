-- WaveEvents
SELECT id, wave, owner, step, at, closes FROM wave_event ORDER BY wave, id, at LIMIT 1 BY id
