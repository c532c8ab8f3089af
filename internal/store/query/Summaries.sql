-- Summaries
SELECT DISTINCT wave, owner, school, unit, stratum, questionnaire, grade, roster, ballots, n, sum, squares, low, themes, answered, bad FROM summary
WHERE wave BETWEEN {from:UInt32} AND {to:UInt32}
ORDER BY wave, owner, school, unit, stratum
