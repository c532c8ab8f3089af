-- Grants
SHOW GRANTS
