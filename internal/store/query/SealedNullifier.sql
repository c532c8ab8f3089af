-- SealedNullifier
SELECT count() FROM nullifier WHERE nullifier = toFixedString(unhex({nullifier:String}), 32)
