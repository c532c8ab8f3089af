-- SaveSummaries
INSERT INTO summary (wave, owner, school, unit, stratum, questionnaire, grade, roster, ballots, n, sum, squares, low, themes, answered, bad)
