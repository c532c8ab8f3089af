-- ToldOf
SELECT id, mail, at, owner, person, step, items, digest, said FROM told
WHERE owner = {owner:String}
ORDER BY at, id
LIMIT 1 BY id
