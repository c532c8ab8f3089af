-- DutyEvents
SELECT id, subject, owner, school, version, step, at, `by`, role, body FROM duty_event
WHERE school = {school:String}
ORDER BY subject, version, id, at
LIMIT 1 BY subject, id
