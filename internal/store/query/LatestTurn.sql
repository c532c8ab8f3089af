-- LatestTurn
SELECT turn, holder, max(step) AS latest, dateDiff('millisecond', now64(3, 'UTC'), argMax(until, step)) AS left FROM job_turn
WHERE turn = (SELECT max(turn) FROM job_turn)
GROUP BY turn, holder
ORDER BY holder
