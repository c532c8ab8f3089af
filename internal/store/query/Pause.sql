-- Pause
INSERT INTO pause (wave, owner, school, class, stands, id, at, by)
SELECT {wave:UInt32}, {owner:String}, {school:String}, {class:String}, {stands:Bool}, {id:String}, fromUnixTimestamp64Milli({at:Int64}, 'UTC'), {by:String}
WHERE {wave:UInt32} NOT IN (SELECT wave FROM wave_event WHERE step = 'opened' AND owner = {owner:String})
