-- Requests
SELECT id, at, school, name, email, lang FROM join_request WHERE school = {school:String} ORDER BY at, id LIMIT 1 BY id
