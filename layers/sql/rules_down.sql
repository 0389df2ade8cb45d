-- layers/sql/rules_down.sql: take away what rules_up.sql made
-- in:  nothing
-- out: nothing
-- index: none
DROP POLICY IF EXISTS area ON layers_householdidentity;
DROP POLICY IF EXISTS area ON layers_householdidentityevent;
DROP POLICY IF EXISTS area ON layers_person;
DROP POLICY IF EXISTS area ON layers_personevent;
DROP FUNCTION IF EXISTS layers_plot_to_stage(bigint, text, date, text);
DROP FUNCTION IF EXISTS layers_personal_visible(text);
DROP FUNCTION IF EXISTS layers_scope_of(text[]);
DROP FUNCTION IF EXISTS layers_division_prefix(text);
