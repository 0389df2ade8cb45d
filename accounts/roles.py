"""The words for who may do what. What a role may do to a layer is declared by the layer (`layers.spec.Access`)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody is in the office; a grant gives a role in an area."""

    PLANNER = "planner", _("planner")
    APPROVER = "approver", _("approver")
    FIELD = "field", _("field staff")
    LAND_OFFICIAL = "land_official", _("land official")
    LEADER = "leader", _("leader")
    STEWARD = "steward", _("data steward")
    AUDITOR = "auditor", _("auditor")
    PUBLIC = "public", _("public")


class Action(models.TextChoices):
    """What can be done to the features of a layer."""

    VIEW = "view", _("view")
    CHANGE = "change", _("change")
    IMPORT = "import", _("import")
    EXPORT = "export", _("export")
    ADVANCE = "advance", _("advance the stage")
    PERSONAL = "personal", _("read personal data")


class Through(models.TextChoices):
    """The way a change came in; stamped on every version of a feature."""

    PAGE = "page", _("page")
    IMPORT = "import", _("import")
    API = "api", _("interface")
    COMMAND = "command", _("command")
    FIELD = "field", _("field application")
    SQL = "sql", _("database")


EVERY_ROLE = frozenset(Role)
STAFF = EVERY_ROLE - {Role.PUBLIC}
