-- AppendRhythmChoice
INSERT INTO rhythm_choice (id, owner, weeks, since, at, `by`)
