-- SmallUnits
WITH kept AS
(
    SELECT wave, school, unit, stratum, sumIf(n, measure = 'worst_items') AS persons
    FROM (SELECT DISTINCT wave, school, unit, stratum, measure, bin, n FROM counts WHERE measure NOT IN ('ballots', 'roster', 'replaced'))
    GROUP BY wave, school, unit, stratum
),
told AS
(
    SELECT wave, school, unit, minIf(n, measure = 'roster') AS roster, countIf(measure = 'ballots') AS ballots
    FROM counts WHERE measure IN ('ballots', 'roster') GROUP BY wave, school, unit
)
SELECT (SELECT count() FROM kept) AS units,
       (SELECT count() FROM kept WHERE persons < {least:UInt32})
     + (SELECT count() FROM told WHERE ballots > 0 AND roster < {leastRoster:UInt32})
     + (SELECT count() FROM summary
        WHERE (n > 0 OR arraySum(answered) > 0)
          AND (wave, school, unit, stratum) NOT IN (SELECT wave, school, unit, stratum FROM kept WHERE persons >= {least:UInt32})) AS small
