"""What a rule of the earth or the state says when it refuses an input."""

import inspect
from typing import Any, ClassVar


class GeocoreError(ValueError):
    """“%(given)s” can't be used."""

    # The docstring of each subclass is its message. Callers translate `template` and `remedy` and fill in `params`
    # (`%` with a dict, as gettext does), so the package needs no gettext of its own.
    code: ClassVar[str] = "geocore"
    remedy: ClassVar[str] = ""

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.template % params)

    @property
    def template(self) -> str:
        """Return the message with `%(name)s` placeholders, as a translator sees it."""
        return inspect.cleandoc(type(self).__doc__ or "")

    @property
    def message(self) -> str:
        """Return the English sentence with what was given filled in."""
        return self.template % self.params

    @property
    def advice(self) -> str:
        """Return the English remedy with what was given filled in."""
        return self.remedy % self.params

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception raised in a worker process is pickled; BaseException would lose the keyword arguments.
        return _restore, (type(self), self.params)


def _restore(kind: type[GeocoreError], params: dict[str, object]) -> GeocoreError:
    return kind(**params)
