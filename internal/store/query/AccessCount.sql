-- AccessCount
SELECT count() FROM access_event WHERE at <= fromUnixTimestamp64Milli({until:Int64}, 'UTC')
