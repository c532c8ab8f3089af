-- CastCount
SELECT school, class, uniqExact(nullifier) AS n FROM answers WHERE wave = {wave:UInt32} GROUP BY school, class
