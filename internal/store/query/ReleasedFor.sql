-- ReleasedFor
SELECT DISTINCT release, wave, owner, school, level, unit, audience, item, form, value, reason FROM release
WHERE school = {school:String} AND audience = 'staff'
ORDER BY wave, school, level, unit, audience, item, form, value, reason, release
