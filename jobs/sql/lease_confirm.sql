-- jobs/sql/lease_confirm.sql: whether a worker still holds a job; locks the queue's row until the transaction ends
-- in:  id uuid; worker_ids jsonb (all who claimed it, this attempt last); lease_pid int (backend of the lease)
-- out: one row where it does, none where it does not
-- index: primary key of django_tasks_database_dbtaskresult
-- note: whoever takes the job away changes worker_ids or status under the same lock, so what commits after this
--       row was returned commits while the job is still this worker's
SELECT task.id
FROM django_tasks_database_dbtaskresult AS task
WHERE
    task.id = %(id)s
    AND task.status = 'RUNNING'
    AND task.worker_ids = %(worker_ids)s::jsonb
    AND EXISTS (
        SELECT 1
        FROM pg_locks AS held
        WHERE
            held.locktype = 'advisory'
            AND held.pid = %(lease_pid)s
            AND held.granted
            AND held.objsubid = 1
            AND ((held.classid::bigint << 32) | held.objid::bigint) = hashtextextended(%(id)s::text, 0)
    )
FOR NO KEY UPDATE OF task
