-- importers/sql/export_rows.sql: the rows of a layer that leave with an export
-- in:  parameters of {scope}; {table}, {columns}, tests {scope} and {wanted}
-- out: the columns asked for, in order of id
-- index: primary key of {table} for the order, or those that {scope} and {wanted} live by
SELECT {columns}
FROM {table} AS feature
WHERE feature.deleted_at IS NULL AND {scope} AND {wanted}
ORDER BY feature.id
