"""One module a group, each with its jobs."""
