"""Addresses of tiles."""

from django.urls import path

from tiles import views

app_name = "tiles"

# Zoom, column and row are words here, so that a wrong one is answered with a sentence.
urlpatterns = [
    path("<slug:view>/tilejson.json", views.tilejson, name="tilejson"),
    path("<slug:view>/<str:z>/<str:x>/<str:y>.mvt", views.vector, name="vector"),
]
