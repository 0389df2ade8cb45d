-- layers/sql/personal_changes_down.sql: what personal_changes_up.sql made, taken away again
-- in:  nothing
-- out: nothing
-- index: none
DROP FUNCTION layers_personal_inserted() CASCADE;
DROP FUNCTION layers_personal_updated() CASCADE;
DROP FUNCTION layers_personal_deleted() CASCADE;
DROP FUNCTION layers_personal_changed(text, text[], bigint);
