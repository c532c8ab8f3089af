-- UseCodes
INSERT INTO code_use (wave, mac, blinded)
