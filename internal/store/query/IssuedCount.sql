-- IssuedCount
SELECT school, class, sum(n) AS issued FROM
(
    SELECT school, class, uniqExact(mac) AS n FROM codes
    WHERE wave = {wave:UInt32} AND mac IN (SELECT mac FROM code_use WHERE wave = {wave:UInt32})
    GROUP BY school, class
    UNION ALL
    SELECT school, class, sum(least(made, taken)) AS n FROM
    (
        SELECT school, class, session, sum(places) AS made
        FROM (SELECT DISTINCT school, class, session, id, places FROM class_session WHERE wave = {wave:UInt32})
        GROUP BY school, class, session
    ) AS s
    INNER JOIN (SELECT mac, uniqExact(blinded) AS taken FROM code_use WHERE wave = {wave:UInt32} GROUP BY mac) AS u ON s.session = u.mac
    GROUP BY school, class
)
GROUP BY school, class
