"""The web application as `script/server` runs it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisapp.settings")

django_application = get_wsgi_application()

from tiles.front import TileFront  # noqa: E402  apps are ready only now

application = TileFront(django_application)
