-- AppendAudit
INSERT INTO audit (id, at, person, school, action, about)
