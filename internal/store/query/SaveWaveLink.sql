-- SaveWaveLink
INSERT INTO wave_link (place, wave, turn, random, commitment, link)
