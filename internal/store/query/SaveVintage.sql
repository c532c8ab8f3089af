-- SaveVintage
INSERT INTO vintage (wave, body)
