-- AppendDuty
INSERT INTO duty_event (id, subject, owner, school, version, step, at, `by`, role, body)
