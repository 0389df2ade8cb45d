-- importers/sql/import_overlaps_stored.sql: rows that claim ground which a stored feature claims
-- in:  table, geom identifiers; scope (SQL on t); allowed_m2 (SQL)
-- out: row_number int, code text (NULL: of a feature that the user may not change), overlap_m2 float8; each row once
-- index: gist (geom) on the layer's table, unique (code)
-- note: features that the file itself changes are compared as the file has them
SELECT DISTINCT ON (found.row_number)
    found.row_number,
    found.code,
    found.overlap_m2
FROM (
    SELECT
        s.row_number,
        CASE WHEN {scope} THEN t.code END AS code,
        ST_Area(ST_Intersection(s.{geom}, t.{geom})::geography) AS overlap_m2
    FROM import_stage AS s
    INNER JOIN {table} AS t ON s.{geom} && t.{geom}
    WHERE
        t.deleted_at IS NULL
        AND ST_Relate(s.{geom}, t.{geom}, '2********')
        AND NOT EXISTS (SELECT 1 FROM import_stage AS own WHERE own.code = t.code AND own.{geom} IS NOT NULL)
        AND NOT EXISTS (
            SELECT 1 FROM {table} AS same
            WHERE
                same.code = s.code
                AND same.deleted_at IS NULL
                AND (same.id = t.id OR same.{geom} IS NOT DISTINCT FROM s.{geom})
        )
) AS found
WHERE found.overlap_m2 > {allowed_m2}
ORDER BY found.row_number ASC, found.overlap_m2 DESC
