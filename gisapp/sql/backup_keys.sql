-- gisapp/sql/backup_keys.sql: names of the secrets under which personal data and secrets of phones lie at this moment
-- in:  nothing
-- out: setting text (GISAPP_PERSONAL_DATA_KEY or ..._HASH_KEY); name text; while keys are exchanged there are several
-- index: none; a backup reads every row anyway
SELECT
    'GISAPP_PERSONAL_DATA_KEY' AS setting,
    k.master_key AS name
FROM layers_householdkey AS k
WHERE k.wrapped IS NOT NULL
UNION
SELECT
    'GISAPP_PERSONAL_DATA_KEY' AS setting,
    -- behind the mark, in base64: a byte of format, then the name of the master key (accounts/phone_secrets.py)
    encode(substr(decode(substr(d.key, 3), 'base64'), 2, 4), 'hex') AS name
FROM otp_totp_totpdevice AS d
WHERE left(d.key, 2) = 's:'
UNION
SELECT
    'GISAPP_PERSONAL_HASH_KEY' AS setting,
    -- a keyed hash begins with the name of its key (accounts/ciphers.py)
    left(h.hash, 8) AS name
FROM (
    SELECT p.id_number_hash AS hash FROM layers_person AS p
    UNION ALL
    SELECT p.phone_hash AS hash FROM layers_person AS p
    UNION ALL
    SELECT i.phone_hash AS hash FROM layers_householdidentity AS i
) AS h
WHERE h.hash <> ''
ORDER BY setting, name
