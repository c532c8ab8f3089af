-- AuditOf
SELECT id, at, person, school, action, about FROM audit WHERE person = {person:String} ORDER BY at, id LIMIT 1 BY id
