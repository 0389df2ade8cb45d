"""The order in which demonstration data are made and written, all in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from accounts.context import acting_as
from accounts.roles import Through
from geocore.divisions import Level
from gisapp.demo.accounts import Passwords, accounts_ensure, passwords_keep
from gisapp.demo.divisions import read_counties, store_places
from gisapp.demo.facilities import load_facilities
from gisapp.demo.flows import plan_flows
from gisapp.demo.households import build_households
from gisapp.demo.issues import load_issues
from gisapp.demo.loading import Loader
from gisapp.demo.persons import load_register
from gisapp.demo.places import County, Places, invent_places
from gisapp.demo.plans import load_helpers, load_targets
from gisapp.demo.plots import build_plots
from gisapp.demo.projects import Projects, build_projects
from gisapp.demo.reset import delete_demo_rows
from gisapp.demo.scales import Scale
from gisapp.demo.sites import build_sites
from gisapp.demo.stamp import AlreadySeededError, seeded_as
from gisapp.demo.tables import load_households, load_plots, load_projects, load_sites
from importers.regions import regions_load

HOME_PROVINCE = "45"
Step = Callable[[str], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Seeded:
    """What seeding did.

    Attributes
    ----------
    accounts
        Name, password and areas of each demonstration account.
    counts
        Rows written by table; empty where everything was there already.
    """

    scale: str
    seed: int
    accounts: Passwords
    counts: dict[str, int]


def silent(_title: str) -> AbstractContextManager[object]:
    """Show nothing of a step."""
    return nullcontext()


def seed_demo(
    *, scale: Scale, seed: int, using: str, passwords: Path, reset: bool = False, step: Step = silent
) -> Seeded:
    """Write the demonstration data of a scale and seed, unless they are there, and the accounts.

    Parameters
    ----------
    using
        Alias of the database as the owner of its tables: nobody else may write stages of plots.
    passwords
        The file that keeps the passwords of the accounts.
    reset
        Delete demonstration rows of whatever scale first; accounts stay.
    step
        Makes a context for each step from its title, to show progress.

    Raises
    ------
    AlreadySeededError
        Data of another scale or seed are there, and `reset` is off.
    """
    reason = f"seed_demo {scale.name} {seed}"
    with acting_as(None, through=Through.COMMAND, reason=reason, using=using):
        loader = Loader(scale, seed, using)
        loader.prepare()
        if reset:
            with step("Delete earlier demonstration rows"):
                delete_demo_rows(using)
        found = seeded_as(using)
        if found is not None and found != (scale.name, seed):
            raise AlreadySeededError(*found)
        with step("Accounts"):
            accounts = accounts_ensure(path=passwords, using=using)
        if found is None:
            for province in scale.provinces:
                seed_province(loader, scale, seed, province, step)
            with step("Gather statistics"):
                loader.analyse()
    passwords_keep(passwords, accounts)
    return Seeded(scale.name, seed, accounts, loader.counts)


def seed_province(loader: Loader, scale: Scale, seed: int, province: str, step: Step) -> None:
    """Write the data of one province."""

    def titled(title: str) -> AbstractContextManager[object]:
        return step(title if len(scale.provinces) == 1 else f"{province}: {title}")

    with titled("Boundaries and names of divisions"):
        deepest = Level.VILLAGE if scale.villages else Level.TOWNSHIP
        regions_load(province=province, deepest=deepest, using=loader.using)
        counties = read_counties(province, villages=scale.villages, using=loader.using)
    with titled("Townships and villages (invented places)"):
        flows = plan_flows(scale, province, [(county.code[:6], county.name) for county in counties], seed)
        by_code = {county.code[:6]: county for county in counties}
        places = [invent_places(by_code[code], seed) for code in flows.counties]
        store_places(places, loader.using)
    with titled("Sites, projects and homes"):
        sites = build_sites(flows, places, seed, province)
        projects = projects_of(scale, province, counties, places, seed)
        households = build_households(scale, flows, places, sites, projects, seed=seed, province=province)
    with titled("Write sites, projects and households"):
        load_sites(loader, sites, households, scale, seed)
        load_projects(loader, projects)
        load_households(loader, households, sites, projects, seed=seed, province=province)
        loader.analyse()  # the triggers of what follows plan by the numbers they find
    with titled("Plots"):
        plots = build_plots(scale, flows, households, seed, province)
        load_plots(loader, plots, households, seed, province)
    with titled("Facilities, issue reports, targets and helpers"):
        part = scale.provinces[province] / scale.households
        load_facilities(loader, round(scale.facilities * part), places, sites, seed=seed, province=province)
        load_issues(loader, round(scale.issues * part), households, sites, seed=seed, province=province)
        load_targets(loader, flows)
        if province == HOME_PROVINCE:
            load_helpers(loader, flows, households, seed)
    if scale.register:
        with titled("Heads of household and persons"):
            load_register(loader, households, seed, province)


def projects_of(scale: Scale, province: str, counties: list[County], places: list[Places], seed: int) -> Projects:
    """Return the projects of a province; only Guangxi has some."""
    count = scale.projects if province == HOME_PROVINCE else 0
    within = frozenset(ground.county.code for ground in places) if scale.name == "small" else None
    return build_projects(count, counties, within=within, seed=seed)
