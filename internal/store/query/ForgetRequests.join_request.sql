-- ForgetRequests.join_request
ALTER TABLE join_request DELETE WHERE at < fromUnixTimestamp64Milli({before:Int64}, 'UTC') AND (SELECT max(turn) FROM job_turn) = {turn:UInt64}
SETTINGS mutations_sync = 1
