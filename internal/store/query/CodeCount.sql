-- CodeCount
SELECT school, class, uniqExact(mac) AS printed FROM codes WHERE wave = {wave:UInt32} GROUP BY school, class
