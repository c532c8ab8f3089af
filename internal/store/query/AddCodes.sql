-- AddCodes
INSERT INTO codes (wave, school, class, attempt, mac)
