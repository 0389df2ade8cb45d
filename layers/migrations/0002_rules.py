from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Functions, row-level security and rights that models cannot say."""

    dependencies = [("layers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "rules_up.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "rules_down.sql").read_text(encoding="utf-8"),
        )
    ]
