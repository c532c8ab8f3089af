-- SealedAnswers
SELECT nullifier, school, class, attempt, items, options FROM answers_sealing
WHERE wave = {wave:UInt32}
ORDER BY nullifier, attempt DESC, school, class, items, options
LIMIT 1 BY nullifier
