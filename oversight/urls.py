"""Addresses of what leaders watch."""

from django.urls import path

from oversight.trail.views import trail, trail_csv
from oversight.views import counties, divisions, one_map

app_name = "oversight"
urlpatterns = [
    path("", one_map, name="one_map"),
    path("overview/counties.json", counties, name="counties"),
    path("overview/divisions.json", divisions, name="divisions"),
    path("audit/", trail, name="trail"),
    path("audit/trail.csv", trail_csv, name="trail_csv"),
]
