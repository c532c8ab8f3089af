-- ForgetDuty
DELETE FROM duty_event WHERE owner = {owner:String} AND subject IN ({subjects:Array(String)}) AND (SELECT max(turn) FROM job_turn) = {turn:UInt64}
