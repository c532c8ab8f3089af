-- TellMarks
SELECT toString(owner) AS owner, mark FROM
(
    SELECT owner, 1 AS part, concat(toString(count()), ' ', toString(max(at))) AS mark FROM duty_event GROUP BY owner
    UNION ALL
    SELECT owner, 2 AS part, concat(toString(count()), ' ', toString(max(at))) AS mark FROM told GROUP BY owner
    UNION ALL
    SELECT DISTINCT owner, 3 AS part, (SELECT toString(max(wave)) FROM wave_event WHERE step = 'released') AS mark FROM roster_version
)
ORDER BY owner, part
