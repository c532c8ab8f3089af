-- SaveNullifiers
INSERT INTO nullifier (wave, nullifier)
