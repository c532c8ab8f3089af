-- A backup of a ClickHouse of your own: what is kept for long, and never the rest.
-- Answers, codes and their uses of waves that are not released are in no backup,
-- nor the nullifiers that are kept for thirty days; a copy would outlive them.
-- Back up neither the whole database nor the server's disk (or, where the disk
-- is copied anyway, leave out these tables: answers, answers_sealing, codes,
-- code_use, class_session, nullifier). The rest is made anew at a start.
--
-- Name a disk for backups in the server's configuration (backups.allowed_disk),
-- and a new file each time. Restore into an empty database, before Følgmed is
-- started on it with --role job: RESTORE TABLE … FROM the same.
BACKUP
    TABLE folgmed.roster_version,
    TABLE folgmed.wave_event,
    TABLE folgmed.counts,
    TABLE folgmed.wave_link,
    TABLE folgmed.summary,
    TABLE folgmed.vintage,
    TABLE folgmed.release,
    TABLE folgmed.duty_event,
    TABLE folgmed.rate_choice,
    TABLE folgmed.rhythm_choice,
    TABLE folgmed.told,
    TABLE folgmed.pause,
    TABLE folgmed.voided,
    TABLE folgmed.access_event,
    TABLE folgmed.audit
TO Disk('backups', 'folgmed.zip')
