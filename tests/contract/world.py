"""Two neighbouring counties with a user each, and features of every layer that only one of them may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import CharField, Model
from django.utils import timezone

from accounts.context import acting_as
from accounts.models import User
from accounts.roles import STAFF, Through
from fieldwork.models import HelperAssignment
from importers.models import ImportBatch
from importers.steps import upload_create
from jobs.tasks import clear_away
from layers.personal import HouseholdIdentity, Person
from layers.registry import all_layers
from layers.spec import SpatialLayer
from spatial_analysis.methods import all_methods
from spatial_analysis.services import analysis_run, question_for
from tests.factories import MIDDLE, UserFactory, feature, grant, regions

OWN, NEIGHBOUR = "451221", "451222"
SCOPED = [layer for layer in all_layers() if hasattr(layer.model, "SCOPE_FIELDS")]
"""Layers whose rows belong to somebody's area: all but the public divisions."""


def county_user(division: str) -> User:
    """Return somebody who holds every role of the office in one county, and may open the admin as far as it lets."""
    user: User = UserFactory(is_staff=True)
    for role in STAFF:
        grant(user, role, division)
    # Django's own rights know no area: holding all of them must not widen it.
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label__in=["layers", "fieldwork", "importers"])
    )
    return user


def mark(layer: str, division: str) -> str:
    """Return the text that stands in every free field of a feature of `layer` in a county."""
    return f"MARK{division}-{layer}"


@dataclass
class County:
    """What belongs to one county: a feature of each layer, a job and a stored run of each analysis by its user."""

    division: str
    user: User
    features: dict[str, Any] = field(default_factory=dict)
    others: list[Any] = field(default_factory=list)
    run_id: str = "00000000-0000-4000-8000-000000000000"
    job_id: str = "00000000-0000-4000-8000-000000000000"
    upload_id: str = "00000000-0000-4000-8000-000000000000"

    @property
    def marks(self) -> list[str]:
        """Return every text that betrays a feature of this county."""
        return [mark(layer.key, self.division) for layer in SCOPED] + [f"MARK{self.division}-person"]

    @property
    def records(self) -> dict[type[Model], Any]:
        """Return what this county has of each model."""
        return {type(one): one for one in [*self.features.values(), *self.others]}

    def settle(self) -> None:
        """Make a feature of each layer, each referring to others where it can, with names of people and a run."""
        places = regions()
        self.features["regions"] = places[f"{self.division}000000"]
        for layer in SCOPED:
            self.features[layer.key] = marked_feature(layer, self.division, references(layer, self.features))
        household = self.features["households"].code
        name = f"MARK{self.division}-person"
        with acting_as(None, through=Through.COMMAND):
            self.others = [
                HouseholdIdentity.objects.create(household_id=household, head_name=name, phone="13900000000"),
                Person.objects.create(household_id=household, number=1, name=name),
                ImportBatch.objects.create(
                    layer="sites",
                    file_name=f"{mark('sites', self.division)}.gpkg",
                    requested_by=self.user,
                    started_at=timezone.now(),
                    finished_at=timezone.now(),
                ),
                HelperAssignment.objects.create(household_id=household, helper=self.user, from_on="2020-01-01"),
            ]
        self.upload_id = handed_in(self.user, self.division)
        subject = mark("sites", self.division)
        self.job_id = str(clear_away.start(user=self.user, through=Through.PAGE, subject=subject))
        for method in all_methods():
            question = question_for(method, user=self.user)
            self.run_id = str(analysis_run(method, question, user=self.user, through=Through.PAGE).run.pk)


def handed_in(user: User, division: str) -> str:
    """Hand in a file with a good row and a bad one, whose names carry the mark; return the number of the upload."""
    name = mark("facilities", division)
    lines = ("name,kind,capacity,lon,lat", f"{name},town,1,{MIDDLE[division][0]},24.75", f"{name},town,x,107.3,24.75")
    file = SimpleUploadedFile(f"{name}.csv", "\n".join(lines).encode())
    return str(upload_create(user=user, files=[file], layer="facilities").pk)


def references(layer: SpatialLayer, features: dict[str, Any]) -> dict[str, Any]:
    """Return what a feature refers to: its site, its household, its project of the same county."""
    if layer.key == "households":
        return {"resettlement": "site", "site": features.get("sites"), "project": features.get("projects")}
    found = {"household": features.get("households")} if layer.key == "plots" else {}
    if layer.key == "issues":
        found = {"concerns_layer": "sites", "concerns_code": features["sites"].code}
    return found


def marked_feature(layer: SpatialLayer, division: str, more: dict[str, Any]) -> Any:
    """Return a feature of `layer` with the mark of its county in its code and in every free text, changed once."""
    word = mark(layer.key, division)
    free = {
        one.name: word[: one.max_length]
        for one in layer.model._meta.concrete_fields
        if isinstance(one, CharField) and one.editable and not one.choices and not one.validators[1:]
    }
    for name in ("exempt_reason", "concerns_layer"):
        free.pop(name, None)
    made = feature(layer.key, at=f"{division}001001", **{**free, **more})
    made.source = f"{word}-2"[:60]
    made.save()
    made.refresh_from_db()
    return made


def neighbours() -> tuple[County, County]:
    """Return both counties, the neighbour's with its features and the other one still empty."""
    regions()
    own, neighbour = County(OWN, county_user(OWN)), County(NEIGHBOUR, county_user(NEIGHBOUR))
    neighbour.settle()
    return own, neighbour
