-- WaveLinks
SELECT place, wave, random, commitment, link
FROM (SELECT place, wave, random, commitment, link FROM wave_link ORDER BY wave, turn DESC LIMIT 1 BY wave)
ORDER BY place, wave
