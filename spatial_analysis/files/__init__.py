"""Answers as files: tables, spatial files and maps that open without a network."""
