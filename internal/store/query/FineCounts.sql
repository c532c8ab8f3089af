-- FineCounts
SELECT DISTINCT wave FROM
(
    SELECT wave FROM counts WHERE wave < {before:UInt32} AND NOT startsWith(unit, 'grade:') AND NOT startsWith(unit, 'school:')
    UNION ALL
    SELECT wave FROM summary WHERE wave < {before:UInt32}
    UNION ALL
    SELECT wave FROM release WHERE wave < {before:UInt32} AND level = 'class'
)
ORDER BY wave
