"""How a job ends other than well. What people read is the message of `JobRefusedError`; the rest is for the worker."""

from __future__ import annotations


class JobRefusedError(Exception):
    """The job cannot be done as asked; its message says why, to people. Trying again would not help."""


class JobInterruptedError(BaseException):
    """Something outside ended the work. No `except Exception` of the work may catch it."""


class JobCancelledError(JobInterruptedError):
    """Somebody cancelled the job."""


class JobGivenBackError(JobInterruptedError):
    """The worker was told to end and gives the job back to the queue."""


class LeaseLostError(JobInterruptedError):
    """The worker no longer holds the job, so nothing of what it did may stay."""
