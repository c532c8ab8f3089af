-- Void
INSERT INTO voided (wave, school, class, id, at, by, reason)
SELECT {wave:UInt32}, {school:String}, {class:String}, {id:String}, fromUnixTimestamp64Milli({at:Int64}, 'UTC'), {by:String}, {reason:String}
WHERE {wave:UInt32} NOT IN (SELECT wave FROM wave_event WHERE step IN ('closed', 'sealed'))
