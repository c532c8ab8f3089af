-- AdultsReleased
SELECT DISTINCT release, wave, owner, school, level, unit, audience, item, form, value, reason FROM release
WHERE owner = {owner:String} AND audience = 'owner' AND form = 'signal' AND item = 'adult'
  AND wave = (SELECT max(wave) FROM release WHERE owner = {owner:String})
ORDER BY wave, school, level, unit, audience, item, form, value, reason, release
