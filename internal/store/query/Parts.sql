-- Parts
SELECT table, toUInt32OrZero(partition_id) AS wave,
       countIf(modification_time < {since:DateTime('UTC')}) AS before,
       countIf(modification_time < {since:DateTime('UTC')} AND level = 0) AS unmerged
FROM system.parts
WHERE database = currentDatabase() AND table IN ('answers', 'answers_sealing', 'codes', 'code_use', 'class_session', 'nullifier')
  AND (active OR remove_time < now() - 60) -- what was merged or dropped leaves the disk some seconds later
GROUP BY table, wave
ORDER BY table, wave
