-- AccessEvents
SELECT id, at, `by`, step, person, body FROM access_event WHERE at > fromUnixTimestamp64Milli({after:Int64}, 'UTC') ORDER BY at, id
