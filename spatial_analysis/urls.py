"""Addresses below /analysis/."""

from django.urls import path

from spatial_analysis.views import background, exports, interface, pages

app_name = "analysis"

urlpatterns = [
    path("", pages.index, name="index"),
    path("relocation-distance/", pages.method, {"method": "relocation-distance"}, name="relocation_distance"),
    path("<slug:method>/", pages.method, name="method"),
    path("<slug:method>/start/", background.start, name="start"),
    path("<slug:method>/files/<uuid:job_id>/", exports.file, name="file"),
    path("<slug:method>/runs/", interface.runs, name="runs"),
    path("<slug:method>/runs/<uuid:run_id>/", interface.run, name="run"),
    path("<slug:method>/export.<slug:ending>", exports.export, name="export"),
]
