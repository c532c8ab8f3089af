-- Sessions
SELECT id, wave, school, class, attempt, session, version, step, places, code, ends, whole_class FROM class_session
WHERE session IN (SELECT toFixedString(unhex(arrayJoin({sessions:Array(String)})), 32))
   OR session IN (
       SELECT session FROM class_session
       WHERE step = 'opened' AND code IN (SELECT toFixedString(unhex(arrayJoin({codes:Array(String)})), 32)))
ORDER BY session, version, id
LIMIT 1 BY session, id
