"""Resettlement One Map: settings, addresses and the shell of its pages."""
