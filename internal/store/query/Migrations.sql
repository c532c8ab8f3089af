-- Migrations
SELECT DISTINCT name, checksum FROM migration ORDER BY name
