-- RhythmChoices
SELECT id, owner, weeks, since, at FROM rhythm_choice ORDER BY owner, at, id LIMIT 1 BY id
