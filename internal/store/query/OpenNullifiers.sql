-- OpenNullifiers
SELECT wave, nullifier FROM answers WHERE wave IN ({waves:Array(UInt32)})
