-- DutyEventsOfOwner
SELECT id, subject, owner, school, version, step, at, `by`, role, body FROM duty_event
WHERE owner = {owner:String}
ORDER BY school, subject, version, id, at
LIMIT 1 BY subject, id
