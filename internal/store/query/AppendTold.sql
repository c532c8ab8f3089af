-- AppendTold
INSERT INTO told (id, mail, at, owner, person, step, items, digest, said)
