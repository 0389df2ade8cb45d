"""Names of the secrets that a backup needs and does not hold.

They are the names by which the ciphertexts themselves point to their keys: while keys are exchanged a backup needs the
earlier one too, whatever this machine calls the present one.
"""

from __future__ import annotations

from psycopg2.extensions import cursor as PgCursor

from accounts.ciphers import hash_keys, master_keys
from layers.sqlfiles import load

DATA, HASH = "GISAPP_PERSONAL_DATA_KEY", "GISAPP_PERSONAL_HASH_KEY"


def needed_keys(cursor: PgCursor) -> dict[str, list[str]]:
    """Return by setting the names of the keys under which something lies, in the snapshot of `cursor`."""
    cursor.execute(load("gisapp", "backup_keys"))
    needed: dict[str, list[str]] = {DATA: [], HASH: []}
    for setting, name in cursor.fetchall():
        needed[setting].append(name)
    return needed


def missing_keys(needed: dict[str, list[str]]) -> list[str]:
    """Return in words which of the needed secrets this machine does not have, earlier ones counted in."""
    here = {DATA: {key.name for key in master_keys()}, HASH: {key.name for key in hash_keys()}}
    return [f"{name} {one}" for name, names in needed.items() for one in names if one not in here.get(name, set())]
