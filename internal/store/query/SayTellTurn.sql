-- SayTellTurn
INSERT INTO told_turn (turn, holder, step, until)
SELECT {turn:UInt64}, {holder:String}, {step:UInt32}, now64(3, 'UTC') + toIntervalMillisecond({left:Int64})
