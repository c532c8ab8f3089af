-- PausesOf
SELECT wave, owner, school, class, id, at, by
FROM (SELECT wave, owner, school, class, id, at, by, stands FROM pause WHERE school = {school:String} ORDER BY wave, class, at DESC, id DESC LIMIT 1 BY wave, class)
WHERE stands ORDER BY wave, class
