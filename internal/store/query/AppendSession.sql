-- AppendSession
INSERT INTO class_session (id, wave, school, class, attempt, session, version, step, places, code, ends, whole_class)
