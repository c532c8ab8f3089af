-- RateChoices
SELECT id, owner, rate, since, at, `by` FROM rate_choice ORDER BY owner, at, id LIMIT 1 BY id
