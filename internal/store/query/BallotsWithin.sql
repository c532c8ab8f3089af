-- BallotsWithin
SELECT countIf(ballots <= roster + replaced) AS holds, countIf(ballots > roster + replaced) AS fails
FROM
(
    SELECT maxIf(n, measure = 'ballots') AS ballots, maxIf(n, measure = 'roster') AS roster, maxIf(n, measure = 'replaced') AS replaced
    FROM counts WHERE measure IN ('ballots', 'roster', 'replaced')
    GROUP BY wave, school, unit
    HAVING countIf(measure = 'ballots') > 0
)
