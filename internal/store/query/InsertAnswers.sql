-- InsertAnswers
INSERT INTO answers (school, class, wave, attempt, nullifier, items, options)
