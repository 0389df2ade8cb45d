"""One file a layer: the model and its declaration."""

ORDER = ("regions", "sites", "households", "projects", "plots", "facilities", "issues")
"""How layers stand in menus; later ones follow by name."""


def rank(module: str) -> int:
    """Return the place of a catalogue module in menus."""
    return ORDER.index(module) if module in ORDER else len(ORDER)
