"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from accounts.language import set_language
from gisapp import health, status

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("status/", status.page, name="status"),
    path("admin/", admin.site.urls),
    path("i18n/setlang/", set_language, name="set_language"),
    path("accounts/", include("accounts.urls")),
    path("layers/", include("layers.urls")),
    path("export/", include("importers.exporters.urls")),
    path("tiles/", include("tiles.urls")),
    path("jobs/", include("jobs.urls")),
    path("import/", include("importers.urls")),
    path("analysis/", include("spatial_analysis.urls")),
    path("", include("oversight.urls")),
]

handler400 = "gisapp.error_views.bad_request"
handler403 = "gisapp.error_views.permission_denied"
handler404 = "gisapp.error_views.page_not_found"
handler500 = "gisapp.error_views.server_error"
