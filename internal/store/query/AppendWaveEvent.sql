-- AppendWaveEvent
INSERT INTO wave_event (id, wave, owner, step, at, closes)
SELECT {id:String}, {wave:UInt32}, {owner:String}, {step:String},
  fromUnixTimestamp64Milli({at:Int64}, 'UTC'), fromUnixTimestamp64Milli({closes:Int64}, 'UTC')
WHERE (SELECT max(turn) FROM job_turn) = {turn:UInt64}
