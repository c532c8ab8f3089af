-- SaveRelease
INSERT INTO release (release, wave, owner, school, level, unit, audience, item, form, value, reason)
