-- CodeCount
SELECT school, class, attempt, sum(n) AS made FROM
(
    SELECT school, class, attempt, uniqExact(mac) AS n FROM codes WHERE wave = {wave:UInt32} GROUP BY school, class, attempt
    UNION ALL
    SELECT school, class, attempt, sum(places) AS n FROM
        (SELECT DISTINCT school, class, attempt, session, id, places FROM class_session WHERE wave = {wave:UInt32})
    GROUP BY school, class, attempt
)
GROUP BY school, class, attempt
