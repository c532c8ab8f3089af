-- SaveNullifiers
INSERT INTO nullifier (wave, nullifier)
SELECT DISTINCT wave, nullifier FROM answers_sealing
WHERE wave = {wave:UInt32}
