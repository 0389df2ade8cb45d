from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Triggers that keep the tally."""

    dependencies = [("oversight", "0001_initial"), ("layers", "0002_rules")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "tally_up.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "tally_down.sql").read_text(encoding="utf-8"),
        )
    ]
