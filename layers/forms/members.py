"""The members of a household as somebody types them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from geocore.errors import GeocoreError
from geocore.id_numbers import parse_id_number
from layers.forms.feature import described
from layers.forms.fields import DayField, whole_number
from layers.members_editing import HEAD, Changes, Row, Values
from layers.personal import HouseholdIdentity, Person, Sex
from layers.personal_words import personal_sentence
from layers.sealing.fields import SealedDate, SealedText, sealed_parts

if TYPE_CHECKING:
    from django.http import QueryDict

BLANKS, BLANKS_FIRST = 2, 4
"""Empty forms for new members: beside others, and where nobody is registered yet."""
MOST_NUMBER = 2**15
"""Numbers of members lie below: the width of their column."""
ROW = "row"
"""Name of the inputs that say which members stand in the form."""


class PartsForm(forms.Form):
    """The parts of one personal row, and the version that they started from."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput, initial=0)

    def __init__(self, model: type[HouseholdIdentity | Person], *, prefix: str, data: Any, initial: Values) -> None:
        super().__init__(data, prefix=prefix, initial=initial, use_required_attribute=False)
        self.parts = sealed_parts(model)
        for name, part in self.parts.items():
            self.fields[name] = part_field(name, part)

    def clean(self) -> Values:
        """Bring numbers into the form that they are kept in."""
        given = super().clean() or {}
        for name, part in self.parts.items():
            if given.get(name):
                try:
                    part.to_stored(given[name])
                except GeocoreError as error:
                    self.add_error(name, personal_sentence(error))
        return given

    def entered(self) -> Values:
        """Return the parts as they are kept; only after `is_valid()`."""
        return {
            name: self.cleaned_data[name] if isinstance(part, SealedDate) else part.to_stored(self.cleaned_data[name])
            for name, part in self.parts.items()
        }

    def differing(self, base: Values) -> Values:
        """Return the parts that are not what `base` holds."""
        return {name: value for name, value in self.entered().items() if value != base[name]}

    def visible_and_described(self) -> Iterator[forms.BoundField]:
        """Yield the inputs that people see, tied to what is wrong with them."""
        for bound in self.visible_fields():
            described(bound)
            yield bound


class MemberForm(PartsForm):
    """One member; a new one has a name at least."""

    def __init__(self, *, prefix: str, data: Any, initial: Values, new: bool) -> None:
        super().__init__(Person, prefix=prefix, data=data, initial=initial)
        self.new = new
        if not new:
            self.fields["gone"] = forms.BooleanField(label=_("No longer of this household"), required=False)

    @property
    def blank(self) -> bool:
        """True where nothing was typed into the form of a new member."""
        return self.new and not any(self.data.get(self.add_prefix(name), "").strip() for name in self.parts)

    def clean(self) -> Values:
        """Take the day of birth from the ID number, and refuse a name that is missing or a day that contradicts it."""
        given = super().clean()
        if self.blank:
            return given
        if not given.get("name") and "name" not in self.errors:
            self.add_error("name", _("Give the name."))
        touched = {"id_number", "born_on"} & set(self.changed_data)
        if touched and given.get("id_number") and not {"id_number", "born_on"} & set(self.errors):
            born_on = parse_id_number(given["id_number"]).born_on
            if given.get("born_on") not in {None, born_on}:
                self.add_error("born_on", _("The ID number says another day of birth: one of the two is wrong."))
            given["born_on"] = born_on
        return given


class MembersForm:
    """The household's own row, its members, and room for new ones; one prefix each.

    Parameters
    ----------
    rows
        By key, as they were in the versions that the form starts from.
    data
        What was posted.
    kept
        What stands in the form instead.
    """

    def __init__(self, rows: Mapping[int, Row], *, data: QueryDict | None = None, kept: Changes | None = None) -> None:
        kept = kept or Changes()
        self.rows = rows
        first = {
            key: {**row.values, **kept.values.get(key, {}), "version": row.version, "gone": key in kept.gone}
            for key, row in rows.items()
        }
        self.head = PartsForm(HouseholdIdentity, prefix=prefix_of(HEAD), data=data, initial=first.pop(HEAD))
        self.members = {
            number: MemberForm(prefix=prefix_of(number), data=data, initial=initial, new=False)
            for number, initial in first.items()
        }
        blanks = range(max(BLANKS if self.members and data is None else BLANKS_FIRST, len(kept.added)))
        self.added = [
            MemberForm(prefix=f"n{at}", data=data, initial=kept.added[at] if at < len(kept.added) else {}, new=True)
            for at in blanks
        ]

    def __iter__(self) -> Iterator[PartsForm]:
        yield self.head
        yield from self.members.values()
        yield from self.added

    def is_valid(self) -> bool:
        """Return whether all of it can be taken."""
        return all(one.is_valid() for one in self)

    def changes(self, base: Mapping[int, Row]) -> Changes:
        """Return what was entered that `base` does not hold; only after `is_valid()`."""
        typed: dict[int, PartsForm] = {HEAD: self.head, **self.members}
        gone = {number for number, one in self.members.items() if one.cleaned_data["gone"]}
        values = {key: one.differing(base[key].values) for key, one in typed.items() if key not in gone}
        return Changes(
            values={key: found for key, found in values.items() if found},
            added=[one.entered() for one in self.added if not one.blank],
            gone=gone,
        )


def posted_versions(data: QueryDict) -> dict[int, int]:
    """Return the versions that the rows of a posted form started from, by key; what cannot be read is 0."""
    keys = dict.fromkeys([HEAD, *map(whole_number, data.getlist(ROW))])
    return {key: whole_number(data.get(f"{prefix_of(key)}-version")) for key in keys if key < MOST_NUMBER}


def prefix_of(key: int) -> str:
    """Return what the names of the inputs of a row begin with."""
    return "head" if key == HEAD else f"m{key}"


def part_field(name: str, part: SealedText) -> forms.Field:
    """Return the input of a part."""
    label = capfirst(str(part.label))
    if isinstance(part, SealedDate):
        return DayField(label=label, required=False)
    if name == "sex":
        return forms.ChoiceField(label=label, required=False, choices=[("", ""), *Sex.choices])
    # What is typed for the eye, spaces and +86, may be longer than what is kept.
    return forms.CharField(
        label=label,
        required=False,
        max_length=part.max_length + 10 if name in {"id_number", "phone"} else part.max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
