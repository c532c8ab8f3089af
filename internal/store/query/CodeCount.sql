-- CodeCount
SELECT school, class, sum(n) AS made FROM
(
    SELECT school, class, uniqExact(mac) AS n FROM codes WHERE wave = {wave:UInt32} GROUP BY school, class
    UNION ALL
    SELECT school, class, sum(places) AS n FROM
        (SELECT DISTINCT school, class, session, id, places FROM class_session WHERE wave = {wave:UInt32})
    GROUP BY school, class
)
GROUP BY school, class
