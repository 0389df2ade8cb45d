"""Which demonstration data a database holds."""

from __future__ import annotations

from gisapp.demo.scales import SOURCE
from layers.models import Site


class AlreadySeededError(Exception):
    """There are demonstration data of another scale or seed."""

    def __init__(self, scale: str, seed: int) -> None:
        super().__init__(
            f"The database already holds demonstration data of scale {scale} and seed {seed}. "
            "Add --reset to delete them first; other rows stay."
        )


def seeded_as(using: str) -> tuple[str, int] | None:
    """Return scale and seed of the demonstration data in the database, None where there are none.

    One transaction writes them all, so where one site is, everything is.
    """
    given = Site.objects.using(using).filter(source=SOURCE).values_list("given", flat=True).first()
    return None if given is None else (str(given["scale"]), int(given["seed"]))
