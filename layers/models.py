"""Models of this app. A new file in `layers/catalogue/` is found by itself."""

from importlib import import_module
from pkgutil import iter_modules

from layers import catalogue
from layers.base import Scope
from layers.personal import HouseholdIdentity, HouseholdKey, Person

for _module in sorted(iter_modules(catalogue.__path__), key=lambda found: (catalogue.rank(found.name), found.name)):
    _loaded = import_module(f"{catalogue.__name__}.{_module.name}")

from layers.catalogue.facilities import Facility  # noqa: E402  after all are declared, in their order
from layers.catalogue.households import Household  # noqa: E402
from layers.catalogue.issues import IssueReport  # noqa: E402
from layers.catalogue.plots import Plot  # noqa: E402
from layers.catalogue.projects import Project  # noqa: E402
from layers.catalogue.regions import Region  # noqa: E402
from layers.catalogue.sites import Site  # noqa: E402

__all__ = [
    "Facility",
    "Household",
    "HouseholdIdentity",
    "HouseholdKey",
    "IssueReport",
    "Person",
    "Plot",
    "Project",
    "Region",
    "Scope",
    "Site",
]
