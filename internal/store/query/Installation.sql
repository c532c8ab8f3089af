-- Installation
SELECT key, argMax(value, (at, id)) AS latest FROM installation GROUP BY key ORDER BY key
