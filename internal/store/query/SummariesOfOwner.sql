-- SummariesOfOwner
SELECT DISTINCT wave, owner, school, unit, stratum, questionnaire, grade, roster, ballots, n, sum, squares, low, themes, answered, bad FROM summary
WHERE owner = {owner:String} AND wave BETWEEN {from:UInt32} AND {to:UInt32}
ORDER BY wave, school, unit, stratum
