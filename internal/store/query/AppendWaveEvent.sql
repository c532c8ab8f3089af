-- AppendWaveEvent
INSERT INTO wave_event (id, wave, owner, step, at, closes)
