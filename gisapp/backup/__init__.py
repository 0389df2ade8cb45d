"""Backups: made as one moment of database and files, proved by hashes, put back into an empty place."""
