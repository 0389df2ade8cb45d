from pathlib import Path
from typing import NamedTuple

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import migrations, models
from psycopg2 import sql
from psycopg2.extras import execute_values

import layers.sealing.fields
from accounts.ciphers import keyed_hash, name_of_master
from layers.sealing.ciphers import new_key, seal, wrap

SQL = Path(__file__).resolve().parent.parent / "sql"
BATCH = 5000
OF_IDENTITY = ("head_name", "phone")
OF_PERSON = ("name", "phone", "born_on", "sex", "ethnicity", "education", "health", "insurance", "occupation")


class Table(NamedTuple):
    """A table with personal data in the clear."""

    name: str
    primary: str
    label: str
    columns: tuple[str, ...]
    hashed: bool

    def query(self, text):
        """Return a query of this table."""
        return sql.SQL(text).format(
            table=sql.Identifier(self.name),
            primary=sql.Identifier(self.primary),
            columns=sql.SQL(", ").join(map(sql.Identifier, self.columns)),
            hashes=sql.SQL(", phone_hash = v.phone_hash" if self.hashed else ""),
        )


TABLES = (
    Table("layers_householdidentity", "id", "layers.HouseholdIdentity", OF_IDENTITY, hashed=True),
    Table("layers_householdidentityevent", "pgh_id", "layers.HouseholdIdentity", OF_IDENTITY, hashed=False),
    Table("layers_person", "id", "layers.Person", OF_PERSON, hashed=True),
    Table("layers_personevent", "pgh_id", "layers.Person", OF_PERSON, hashed=False),
)
NAMED = "SELECT DISTINCT h.code FROM layers_household AS h JOIN {table} AS t ON t.household_code = h.code"
FETCH = "SELECT {primary}, household_code, {columns} FROM {table} WHERE {primary} > %s ORDER BY {primary} LIMIT %s"
STORE = (
    "UPDATE {table} AS t SET sealed = v.sealed{hashes} "
    "FROM (VALUES %s) AS v (id, sealed, phone_hash) WHERE t.{primary} = v.id"
)
KEEP = "INSERT INTO layers_householdkey (household_code, wrapped, master_key) VALUES %s"


def seal_existing(apps, schema_editor):
    """Seal what stood in the clear, in the rows and in their history; nobody ever wrote an identity number."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT set_config('gisapp.divisions', '*', true)")
        keys = keys_made(cursor)
        for table in TABLES:
            # Neither a new version nor an image in the history: nothing is said anew.
            cursor.execute(table.query("ALTER TABLE {table} DISABLE TRIGGER USER"))
            seal_table(cursor, keys, table)
            cursor.execute(table.query("ALTER TABLE {table} ENABLE TRIGGER USER"))


def keys_made(cursor):
    """Return a new key for each household that has personal rows; the history may know households that are gone."""
    households = set()
    for table in TABLES:
        cursor.execute(table.query(NAMED))
        households |= {code for (code,) in cursor.fetchall()}
    keys = {code: new_key() for code in sorted(households)}
    wrapped = [(code, one := wrap(key, code), name_of_master(one)) for code, key in keys.items()]
    execute_values(cursor.cursor, KEEP, wrapped, page_size=BATCH)
    return {code: AESGCM(key) for code, key in keys.items()}


def seal_table(cursor, keys, table):
    """Seal the rows of a table by their households' keys; those of households that are gone lose what they said."""
    last = 0
    while True:
        cursor.execute(table.query(FETCH), [last, BATCH])
        rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        sealed = []
        for number, household, *values in rows:
            kept = {name: str(value) for name, value in zip(table.columns, values, strict=True) if value}
            if household in keys:
                phone = keyed_hash("phone", kept.get("phone", ""))
                sealed.append((number, seal(keys[household], kept, household, table.label), phone))
        execute_values(cursor.cursor, table.query(STORE), sealed, page_size=BATCH)


def nothing_to_unseal(apps, schema_editor):
    """Refuse the way back where it would lose names: the columns of before come back empty."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT set_config('gisapp.divisions', '*', true)")
        cursor.execute("SELECT EXISTS (SELECT FROM layers_householdkey)")
        if cursor.fetchone()[0]:
            raise RuntimeError("Personal data are sealed: this migration cannot be taken back.")


class Migration(migrations.Migration):
    """Seal personal data under a key a household, in the rows and in their history."""

    dependencies = [("layers", "0003_trail")]

    operations = [
        migrations.CreateModel(
            name="HouseholdKey",
            fields=[
                (
                    "household",
                    models.OneToOneField(
                        db_column="household_code",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="personal_key",
                        serialize=False,
                        to="layers.household",
                        to_field="code",
                    ),
                ),
                ("wrapped", models.BinaryField(null=True, verbose_name="wrapped key")),
                (
                    "master_key",
                    models.CharField(blank=True, editable=False, max_length=8, verbose_name="name of the master key"),
                ),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="made at"
                    ),
                ),
                ("erased_at", models.DateTimeField(editable=False, null=True, verbose_name="erased at")),
            ],
            options={
                "verbose_name": "key of a household",
                "verbose_name_plural": "keys of households",
            },
        ),
        migrations.AddConstraint(
            model_name="householdkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("erased_at__isnull", True), ("wrapped__isnull", False)),
                    models.Q(("erased_at__isnull", False), ("wrapped__isnull", True)),
                    _connector="OR",
                ),
                name="household_key_or_erased",
            ),
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="householdidentity",
            name="superseded_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="householdidentity",
            name="deleted_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="person",
            name="superseded_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="person",
            name="deleted_delete",
        ),
        migrations.AddField(
            model_name="householdidentity",
            name="phone_hash",
            field=layers.sealing.fields.HashField(
                blank=True,
                default="",
                editable=False,
                max_length=40,
                of="phone",
                verbose_name="keyed hash of the phone number",
            ),
        ),
        migrations.AddField(
            model_name="householdidentity",
            name="sealed",
            field=layers.sealing.fields.SealedField(blank=True, null=True, verbose_name="sealed personal data"),
        ),
        migrations.AddField(
            model_name="householdidentityevent",
            name="sealed",
            field=layers.sealing.fields.SealedField(blank=True, null=True, verbose_name="sealed personal data"),
        ),
        migrations.AddField(
            model_name="person",
            name="phone_hash",
            field=layers.sealing.fields.HashField(
                blank=True,
                default="",
                editable=False,
                max_length=40,
                of="phone",
                verbose_name="keyed hash of the phone number",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="sealed",
            field=layers.sealing.fields.SealedField(blank=True, null=True, verbose_name="sealed personal data"),
        ),
        migrations.AddField(
            model_name="personevent",
            name="sealed",
            field=layers.sealing.fields.SealedField(blank=True, null=True, verbose_name="sealed personal data"),
        ),
        migrations.AlterField(
            model_name="person",
            name="id_number_hash",
            field=layers.sealing.fields.HashField(
                blank=True,
                default="",
                editable=False,
                max_length=40,
                of="id_number",
                verbose_name="keyed hash of the identity number",
            ),
        ),
        migrations.RunSQL(
            sql=(SQL / "keys_up.sql").read_text(encoding="utf-8"),
            reverse_sql="DROP POLICY area ON layers_householdkey",
        ),
        migrations.RunPython(seal_existing, nothing_to_unseal),
        migrations.RemoveField(
            model_name="householdidentity",
            name="head_name",
        ),
        migrations.RemoveField(
            model_name="householdidentity",
            name="phone",
        ),
        migrations.RemoveField(
            model_name="householdidentityevent",
            name="head_name",
        ),
        migrations.RemoveField(
            model_name="householdidentityevent",
            name="phone",
        ),
        migrations.RemoveField(
            model_name="person",
            name="born_on",
        ),
        migrations.RemoveField(
            model_name="person",
            name="education",
        ),
        migrations.RemoveField(
            model_name="person",
            name="ethnicity",
        ),
        migrations.RemoveField(
            model_name="person",
            name="health",
        ),
        migrations.RemoveField(
            model_name="person",
            name="id_number_encrypted",
        ),
        migrations.RemoveField(
            model_name="person",
            name="insurance",
        ),
        migrations.RemoveField(
            model_name="person",
            name="name",
        ),
        migrations.RemoveField(
            model_name="person",
            name="occupation",
        ),
        migrations.RemoveField(
            model_name="person",
            name="phone",
        ),
        migrations.RemoveField(
            model_name="person",
            name="sex",
        ),
        migrations.RemoveField(
            model_name="personevent",
            name="born_on",
        ),
        migrations.RemoveField(
            model_name="personevent",
            name="education",
        ),
        migrations.RemoveField(
            model_name="personevent",
            name="ethnicity",
        ),
        migrations.RemoveField(
            model_name="personevent",
            name="health",
        ),
        migrations.RemoveField(
            model_name="personevent",
            name="id_number_encrypted",
        ),
        migrations.RemoveField(
            model_name="personevent",
            name="id_number_hash",
        ),
        migrations.RemoveField(
            model_name="personevent",
            name="insurance",
        ),
        migrations.RemoveField(
            model_name="personevent",
            name="name",
        ),
        migrations.RemoveField(
            model_name="personevent",
            name="occupation",
        ),
        migrations.RemoveField(
            model_name="personevent",
            name="phone",
        ),
        migrations.RemoveField(
            model_name="personevent",
            name="sex",
        ),
        migrations.AddIndex(
            model_name="householdidentity",
            index=django.contrib.postgres.indexes.HashIndex(
                condition=models.Q(("phone_hash", ""), _negated=True), fields=["phone_hash"], name="identity_by_phone"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=django.contrib.postgres.indexes.HashIndex(
                condition=models.Q(("id_number_hash", ""), _negated=True),
                fields=["id_number_hash"],
                name="person_by_id_number",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=django.contrib.postgres.indexes.HashIndex(
                condition=models.Q(("phone_hash", ""), _negated=True), fields=["phone_hash"], name="person_by_phone"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="householdidentity",
            trigger=pgtrigger.compiler.Trigger(
                name="superseded_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "layers_householdidentityevent" ("change_reason", "changed_at", "changed_by_id", "changed_through", "household_code", "id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed", "version") SELECT old_values."change_reason", old_values."changed_at", old_values."changed_by_id", old_values."changed_through", old_values."household_code", old_values."id", NOW(), \'superseded\', old_values."id", old_values."sealed", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="b0bf2543dea18549f577c21f6b73fd2aaefadbb3",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_superseded_update_de1d8",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="layers_householdidentity",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="householdidentity",
            trigger=pgtrigger.compiler.Trigger(
                name="deleted_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "layers_householdidentityevent" ("change_reason", "changed_at", "changed_by_id", "changed_through", "household_code", "id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed", "version") SELECT old_values."change_reason", old_values."changed_at", old_values."changed_by_id", old_values."changed_through", old_values."household_code", old_values."id", NOW(), \'deleted\', old_values."id", old_values."sealed", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="820e800263d900524e1bde065e7305f5e256fb00",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_delete_dbf7c",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="layers_householdidentity",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="person",
            trigger=pgtrigger.compiler.Trigger(
                name="superseded_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "layers_personevent" ("change_reason", "changed_at", "changed_by_id", "changed_through", "household_code", "id", "number", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed", "version") SELECT old_values."change_reason", old_values."changed_at", old_values."changed_by_id", old_values."changed_through", old_values."household_code", old_values."id", old_values."number", NOW(), \'superseded\', old_values."id", old_values."sealed", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="339ed474aca3a46fbac4b7d962ae42cd492a7dac",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_superseded_update_b0c17",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="layers_person",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="person",
            trigger=pgtrigger.compiler.Trigger(
                name="deleted_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "layers_personevent" ("change_reason", "changed_at", "changed_by_id", "changed_through", "household_code", "id", "number", "pgh_created_at", "pgh_label", "pgh_obj_id", "sealed", "version") SELECT old_values."change_reason", old_values."changed_at", old_values."changed_by_id", old_values."changed_through", old_values."household_code", old_values."id", old_values."number", NOW(), \'deleted\', old_values."id", old_values."sealed", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="6fc650b9238dcaba03b0489822ceea509d1ed600",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_delete_b016e",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="layers_person",
                    when="AFTER",
                ),
            ),
        ),
    ]
