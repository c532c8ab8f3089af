-- AppendRateChoice
INSERT INTO rate_choice (id, owner, rate, since, at, `by`)
