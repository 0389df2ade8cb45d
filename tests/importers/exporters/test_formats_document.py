"""docs/reference/formats.md says of each format what is declared, no more and no less."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import override

from importers.exporters.formats import all_formats
from importers.exporters.losses import SENTENCES, Loss
from importers.exporters.writers import WRITERS

DOCUMENT = settings.BASE_DIR / "docs" / "reference" / "formats.md"


def table() -> str:
    """Return the table of the formats in which layers leave, as the document has it."""
    with override("en"):
        rows = [
            f"| {one.title} | `{one.ending}` | {one.use} | "
            + ("nothing" if one.exact else " ".join(str(SENTENCES[loss]) for loss in one.losses))
            + " |"
            for one in all_formats()
        ]
    return "\n".join(["| format | ending | use | lost |", "|---|---|---|---|", *rows])


def test_the_document_states_exactly_the_declared_losses() -> None:
    assert table() in DOCUMENT.read_text("utf-8"), f"docs/reference/formats.md must hold this table:\n\n{table()}\n"


def test_every_format_has_a_writer_and_every_loss_a_format_and_a_sentence() -> None:
    assert WRITERS.keys() == {one.key for one in all_formats()}
    assert {loss for one in all_formats() for loss in one.losses} == set(Loss) == SENTENCES.keys()
