-- CastCount
SELECT school, class, attempt, uniqExact(nullifier) AS n FROM answers WHERE wave = {wave:UInt32} GROUP BY school, class, attempt
