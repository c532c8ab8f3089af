-- ForgetAudit
DELETE FROM audit WHERE about IN ({ids:Array(String)}) AND (SELECT max(turn) FROM job_turn) = {turn:UInt64}
