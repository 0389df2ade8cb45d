"""Logging in, and what people see of their own account."""
