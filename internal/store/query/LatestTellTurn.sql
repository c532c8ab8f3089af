-- LatestTellTurn
SELECT turn, holder, max(step) AS latest, dateDiff('millisecond', now64(3, 'UTC'), argMax(until, step)) AS left FROM told_turn
WHERE turn = (SELECT max(turn) FROM told_turn)
GROUP BY turn, holder
ORDER BY holder
