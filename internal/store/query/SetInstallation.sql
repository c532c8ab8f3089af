-- SetInstallation
INSERT INTO installation (id, key, value, at)
SELECT {id:String}, {key:String}, {value:String},
  greatest(fromUnixTimestamp64Milli({at:Int64}, 'UTC'), (SELECT max(at) FROM installation WHERE key = {key:String}) + toIntervalMillisecond(1))
