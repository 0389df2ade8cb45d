"""Erasing what is kept of the members of a household: its key goes, and with it every copy of what it sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import MOST_PURPOSE, record_access
from accounts.context import acting_as
from accounts.models import AccessRecord
from accounts.roles import Role, Through
from accounts.selectors import has_role
from layers.personal import HouseholdIdentity, HouseholdKey, Person

if TYPE_CHECKING:
    from accounts.selectors import Asker

ERASING_ROLES = frozenset({Role.STEWARD})
LEAST_REASON = 4


class EraseError(Exception):
    """A household's personal data are not erased; the message says why."""


def household_erase(code: str, *, user: Asker | None, reason: str, through: Through | str) -> int:
    """Destroy the key of a household, empty its personal rows and record it; return how many rows were emptied.

    The images in the history stay where they are, with who changed what and when; nobody can open them any more.

    Parameters
    ----------
    user
        None for the system itself; somebody else must be a data steward with the right to personal data there.
    reason
        Kept in the history and in the access records; it must not repeat what is erased.

    Raises
    ------
    EraseError
        There is no reason, no right, no such household in the area, or nothing left to erase.
    """
    reason = reason.strip()
    if not LEAST_REASON <= len(reason) <= MOST_PURPOSE:
        raise EraseError(
            _("Give the reason in %(least)d to %(most)d characters: it stays in the records.")
            % {"least": LEAST_REASON, "most": MOST_PURPOSE}
        )
    if user is not None and not has_role(user=user, roles=ERASING_ROLES):
        raise EraseError(_("Only a data steward may erase personal data."))
    with acting_as(user, through=through, reason=reason, personal_roles=ERASING_ROLES):
        # Whoever is writing for this household holds the key: they come first, and what they wrote is emptied.
        key = HouseholdKey.objects.select_for_update().filter(household_id=code).first()
        if key is None:
            raise EraseError(_("No personal data are kept of a household “%(code)s” in your area.") % {"code": code})
        if key.erased_at is not None:
            raise EraseError(
                _("The personal data of “%(code)s” were erased on %(day)s.")
                % {"code": code, "day": timezone.localtime(key.erased_at).date()}
            )
        key.wrapped, key.master_key, key.erased_at = None, "", timezone.now()
        key.save()
        emptied = HouseholdIdentity.objects.filter(household_id=code).update(sealed=None, phone_hash="")
        emptied += Person.objects.filter(household_id=code).update(sealed=None, id_number_hash="", phone_hash="")
        record_access(
            user=user,
            kind=AccessRecord.Kind.ERASE,
            subject=Person._meta.label,
            purpose=reason,
            through=through,
            codes=[code],
            rows=emptied,
        )
    return emptied
