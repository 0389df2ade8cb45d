"""What an office of these tests holds; run as a program inside it: `python -m tests.faults.rows`."""

from __future__ import annotations

import django

USERNAME, PASSWORD = "steward", "a-Long-password-7"
COUNTY, VILLAGE = "451221", "451221001001"


def main() -> None:
    """Make a county and a steward of it."""
    django.setup()
    from accounts.roles import Role
    from tests.factories import UserFactory, grant, regions

    regions()
    grant(UserFactory(username=USERNAME, password=PASSWORD), Role.STEWARD, COUNTY)


if __name__ == "__main__":
    main()
