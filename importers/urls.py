"""Addresses below /import/."""

from django.urls import path

from importers.views import batches, files, pages, uploading

app_name = "importers"

urlpatterns = [
    path("", pages.index, name="index"),
    path("new/", uploading.hand_in, name="hand_in"),
    path("<uuid:upload_id>/", pages.upload, name="upload"),
    path("<uuid:upload_id>/choose/", pages.choose, name="choose"),
    path("<uuid:upload_id>/commit/", pages.commit, name="commit"),
    path("<uuid:upload_id>/discard/", pages.discard, name="discard"),
    path("<uuid:upload_id>/cancel/", pages.cancel, name="cancel"),
    path("<uuid:upload_id>/map.json", files.map_data, name="map"),
    path("<uuid:upload_id>/rejected/", files.rejected, name="rejected"),
    path("batches/<uuid:batch_id>/", batches.batch, name="batch"),
    path("batches/<uuid:batch_id>/undo/", batches.undo, name="undo"),
]
