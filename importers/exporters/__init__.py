"""Layers as files: which formats there are, what each of them loses, and how they are written in little memory."""
