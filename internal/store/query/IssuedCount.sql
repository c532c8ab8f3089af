-- IssuedCount
SELECT school, class, attempt, sum(n) AS issued FROM
(
    SELECT school, class, attempt, uniqExact(mac) AS n FROM codes
    WHERE wave = {wave:UInt32} AND mac IN (SELECT mac FROM code_use WHERE wave = {wave:UInt32})
    GROUP BY school, class, attempt
    UNION ALL
    SELECT school, class, attempt, sum(least(made, taken)) AS n FROM
    (
        SELECT school, class, attempt, session, sum(places) AS made
        FROM (SELECT DISTINCT school, class, attempt, session, id, places FROM class_session WHERE wave = {wave:UInt32})
        GROUP BY school, class, attempt, session
    ) AS s
    INNER JOIN (SELECT mac, uniqExact(blinded) AS taken FROM code_use WHERE wave = {wave:UInt32} GROUP BY mac) AS u ON s.session = u.mac
    GROUP BY school, class, attempt
)
GROUP BY school, class, attempt
