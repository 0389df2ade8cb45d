"""Addresses of the pages that every layer has; `new` and the like are no codes (see `layers.converters`)."""

from django.urls import path, register_converter

from layers.converters import CodeConverter
from layers.views.dossiers import dossier
from layers.views.edit import create, edit
from layers.views.geojson import geojson
from layers.views.history import history, restore
from layers.views.lists import layer_list
from layers.views.members import edit_members, members
from layers.views.people import people
from layers.views.remove import remove

register_converter(CodeConverter, "code")

app_name = "layers"
urlpatterns = [
    path("<slug:layer>/", layer_list, name="list"),
    path("<slug:view>/features.geojson", geojson, name="geojson"),
    path("<slug:layer>/new/", create, name="create"),
    path("<slug:layer>/people/", people, name="people"),
    path("<slug:layer>/<code:code>/", dossier, name="dossier"),
    path("<slug:layer>/<code:code>/edit/", edit, name="edit"),
    path("<slug:layer>/<code:code>/delete/", remove, name="delete"),
    path("<slug:layer>/<code:code>/members/", members, name="members"),
    path("<slug:layer>/<code:code>/members/edit/", edit_members, name="edit_members"),
    path("<slug:layer>/<code:code>/history/", history, name="history"),
    path("<slug:layer>/<code:code>/history/restore/", restore, name="restore"),
]
