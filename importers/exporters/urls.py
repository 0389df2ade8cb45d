"""Addresses below /export/."""

from django.urls import path

from importers.exporters import views

app_name = "exports"

urlpatterns = [
    path("files/<uuid:job_id>/", views.file, name="file"),
    path("<slug:layer>/", views.layer, name="layer"),
]
