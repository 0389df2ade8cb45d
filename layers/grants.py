"""What a grant may name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from layers.catalogue.sites import Site
from layers.registry import all_layers

if TYPE_CHECKING:
    from accounts.models import Grant


def names_exist(grant: Grant) -> None:
    """Refuse a grant to a layer that is not declared or a site that is not stored.

    Raises
    ------
    ValidationError
        With the names that exist.
    """
    keys = [layer.key for layer in all_layers()]
    if grant.layer and grant.layer not in keys:
        raise ValidationError(
            {
                "layer": _("There is no layer “%(key)s”. The layers: %(keys)s.")
                % {"key": grant.layer, "keys": ", ".join(keys)}
            }
        )
    alone = not (grant.division or grant.everywhere)  # else the rule "say one where" speaks
    if grant.site and alone and not Site.objects.alive().filter(code=grant.site).exists():
        raise ValidationError({"site": _("There is no site with the code “%(code)s”.") % {"code": grant.site}})
