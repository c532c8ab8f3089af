-- Codes
SELECT DISTINCT mac, wave, school, class, attempt FROM codes
WHERE mac IN (SELECT toFixedString(unhex(arrayJoin({macs:Array(String)})), 32))
