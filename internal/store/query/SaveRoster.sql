-- SaveRoster
INSERT INTO roster_version (id, owner, at, `by`, document)
