-- Roster
SELECT id, document FROM roster_version WHERE id IN ({ids:Array(String)}) LIMIT 1 BY id
