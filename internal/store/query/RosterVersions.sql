-- RosterVersions
SELECT id FROM roster_version ORDER BY owner, at DESC, id DESC LIMIT 1 BY owner
