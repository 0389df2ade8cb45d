from django.db import migrations

from accounts.phone_secrets import MARK, hashed_recovery_code, kept_phone_secret, phone_secret


def seal_phones(apps, schema_editor):
    """Seal the secrets that stood in the clear, and hash the recovery codes that go with them."""
    phones = apps.get_model("otp_totp", "TOTPDevice").objects.exclude(key__startswith=MARK)
    tokens = apps.get_model("otp_static", "StaticToken").objects
    hashed = []
    for phone in phones.order_by("pk"):
        secret = bytes.fromhex(phone.key)
        phone.key = kept_phone_secret(secret, phone.user_id)
        phone.save(update_fields=["key"])
        if phone.confirmed:
            for token in tokens.filter(device__user_id=phone.user_id):
                token.token = hashed_recovery_code(token.token, secret)
                token.save(update_fields=["token"])
                hashed.append(token.pk)
    # Nobody is asked for a code who has no phone.
    tokens.exclude(pk__in=hashed).delete()


def open_phones(apps, schema_editor):
    """Write the secrets in the clear again; what recovery codes were, nobody knows any more."""
    for phone in apps.get_model("otp_totp", "TOTPDevice").objects.filter(key__startswith=MARK):
        phone.key = phone_secret(phone.key, phone.user_id).hex()
        phone.save(update_fields=["key"])
    apps.get_model("otp_static", "StaticToken").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_sessions"),
        ("otp_totp", "0003_add_timestamps"),
        ("otp_static", "0003_add_timestamps"),
    ]

    operations = [
        migrations.CreateModel(
            name="Phone",
            fields=[],
            options={
                "verbose_name": "phone of a second step",
                "verbose_name_plural": "phones of a second step",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("otp_totp.totpdevice",),
        ),
        migrations.RunPython(seal_phones, open_phones),
    ]
