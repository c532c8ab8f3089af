-- SetInstallation
INSERT INTO installation (id, key, value, at)
