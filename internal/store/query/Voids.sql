-- Voids
SELECT DISTINCT wave, school, class FROM voided ORDER BY wave, school, class
