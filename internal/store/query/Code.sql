-- Code
SELECT mac, wave, school, class, attempt FROM codes WHERE mac = toFixedString(unhex({mac:String}), 32) LIMIT 1
