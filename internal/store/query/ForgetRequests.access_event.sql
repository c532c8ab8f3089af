-- ForgetRequests.access_event
ALTER TABLE access_event DELETE WHERE step = 'join_asked' AND (SELECT max(turn) FROM job_turn) = {turn:UInt64}
SETTINGS mutations_sync = 1
