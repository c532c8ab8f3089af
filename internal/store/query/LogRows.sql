-- LogRows
SELECT count() FROM {log:Identifier}.{table:Identifier}
