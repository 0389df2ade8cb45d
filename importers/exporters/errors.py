"""Exports that are refused: each with a sentence for whoever asked."""

from __future__ import annotations


class ExportRefusedError(ValueError):
    """What was asked for cannot be exported so; the message says why and what to do, in the reader's language."""
