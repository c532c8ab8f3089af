-- AppendAccess
INSERT INTO access_event (id, at, `by`, step, person, body)
