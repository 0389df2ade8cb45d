#!/usr/bin/env python
"""Every command of the product: `python manage.py help`."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisapp.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        from accounts.outages import outage_of

        outage = outage_of(error)
        if outage is None or "--traceback" in sys.argv:
            raise
        sys.exit(f"{outage.title}. {outage.sentence} {outage.step}\n({str(error).strip()})")


if __name__ == "__main__":
    main()
