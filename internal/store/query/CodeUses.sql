-- CodeUses
SELECT DISTINCT wave, mac, blinded FROM code_use
WHERE wave = {wave:UInt32}
  AND mac IN (SELECT toFixedString(unhex(arrayJoin({macs:Array(String)})), 32))
