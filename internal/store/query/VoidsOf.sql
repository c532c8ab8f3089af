-- VoidsOf
SELECT id, wave, school, class, at, by, reason FROM voided WHERE school = {school:String} ORDER BY wave, class, at, by LIMIT 1 BY id
