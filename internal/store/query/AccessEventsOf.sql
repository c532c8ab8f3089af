-- AccessEventsOf
SELECT id, at, `by`, step, person, body FROM access_event WHERE person = {person:String} ORDER BY at, id LIMIT 1 BY id
