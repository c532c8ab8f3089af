-- Pauses
SELECT wave, school, class FROM pause GROUP BY wave, school, class HAVING argMax(stands, (at, id)) ORDER BY wave, school, class
