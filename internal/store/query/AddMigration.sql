-- AddMigration
INSERT INTO migration (name, checksum)
