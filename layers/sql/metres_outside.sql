-- layers/sql/metres_outside.sql: how far a geometry reaches beyond some divisions
-- in:  geom bytea (EWKB, 4490); prefixes text[] (division codes without closing zeros)
-- out: metres float8 (geodesic; 0 inside, NULL where none of the divisions has a boundary)
-- index: unique (code) on layers_region
-- note: the farthest point outside lies on a vertex of what sticks out, up to the curvature of the boundary
WITH wanted AS (
    SELECT DISTINCT ON (p.prefix) r.geom
    FROM unnest(%(prefixes)s::text[]) AS p (prefix)
    JOIN layers_region AS r
        ON r.code IN (
            rpad(p.prefix, 12, '0'), rpad(left(p.prefix, 9), 12, '0'), rpad(left(p.prefix, 6), 12, '0'),
            rpad(left(p.prefix, 4), 12, '0'), rpad(left(p.prefix, 2), 12, '0')
        )
    WHERE r.geom IS NOT NULL AND NOT r.demonstration AND r.deleted_at IS NULL
    ORDER BY p.prefix, r.level DESC
),
given AS (SELECT ST_GeomFromEWKB(%(geom)s) AS geom),
-- Cheap answer first: nothing sticks out.
inside AS (
    SELECT coalesce(bool_or(ST_Covers(wanted.geom, given.geom)), FALSE) AS whole FROM wanted CROSS JOIN given
),
land AS (SELECT ST_Union(wanted.geom) AS geom FROM wanted),
outside AS (
    SELECT ST_Difference(given.geom, land.geom) AS geom, land.geom AS land
    FROM given CROSS JOIN land
    WHERE NOT (SELECT inside.whole FROM inside)
)
SELECT CASE
    WHEN (SELECT inside.whole FROM inside) THEN 0
    ELSE (
        SELECT max(ST_Distance(vertex.geom::geography, ST_ClosestPoint(outside.land, vertex.geom)::geography))
        FROM outside CROSS JOIN LATERAL ST_DumpPoints(outside.geom) AS vertex
    )
END AS metres
