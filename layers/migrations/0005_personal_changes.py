from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Changes of personal rows are written into the access records."""

    dependencies = [("layers", "0004_sealed"), ("accounts", "0006_kinds_of_access")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "personal_changes_up.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "personal_changes_down.sql").read_text(encoding="utf-8"),
        )
    ]
