-- importers/sql/import_overlaps_file.sql: rows that claim ground which an earlier row of the file claims too
-- in:  table, geom identifiers; allowed_m2 (SQL)
-- out: row_number int, other_row int, overlap_m2 float8 (ellipsoid); each row once
-- index: gist on the stage; unique (code)
-- note: pairs of which both are stored as they are have been accepted before; CASE asks that before the dear question;
--       "+ 0" keeps the planner from joining by the numbers; 25 microseconds a pair of neighbours
WITH candidate AS MATERIALIZED (
    SELECT
        s.row_number,
        s.{geom},
        coalesce(NOT s.{geom} = t.{geom}, TRUE) AS moved
    FROM import_stage AS s
    LEFT JOIN {table} AS t ON s.code = t.code AND t.deleted_at IS NULL
    WHERE s.{geom} IS NOT NULL
),

pair AS (
    SELECT
        a.row_number,
        b.row_number AS other_row,
        ST_Area(ST_Intersection(a.{geom}, b.{geom})::geography) AS overlap_m2
    FROM candidate AS a
    INNER JOIN import_stage AS b ON a.{geom} && b.{geom}
    WHERE
        (b.row_number + 0) < (a.row_number + 0)
        AND CASE
            WHEN a.moved OR b.row_number IN (SELECT c.row_number FROM candidate AS c WHERE c.moved)
                THEN ST_Relate(a.{geom}, b.{geom}, '2********')
            ELSE FALSE
        END
)

SELECT DISTINCT ON (pair.row_number)
    pair.row_number,
    pair.other_row,
    pair.overlap_m2
FROM pair
WHERE pair.overlap_m2 > {allowed_m2}
ORDER BY pair.row_number ASC, pair.overlap_m2 DESC
