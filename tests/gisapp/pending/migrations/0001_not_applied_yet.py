"""A migration that no database of ours has."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    operations = []
