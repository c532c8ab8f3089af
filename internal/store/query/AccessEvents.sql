-- AccessEvents
SELECT id, at, `by`, step, person, body FROM access_event ORDER BY at, id LIMIT 1 BY id
