from django.db import migrations


class Migration(migrations.Migration):
    """History is written by triggers and by nothing else."""

    dependencies = [("fieldwork", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="REVOKE UPDATE, DELETE, TRUNCATE ON fieldwork_helperassignmentevent FROM gisapp_app",
            reverse_sql="GRANT UPDATE, DELETE ON fieldwork_helperassignmentevent TO gisapp_app",
        )
    ]
