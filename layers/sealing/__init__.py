"""Personal data under keys: one key a household, kept under the master key of the environment.

A sealed row says nothing without its household's key, wherever copies of it lie: in the table, in its history, in a
backup. Erasing a household destroys that one key.
"""
