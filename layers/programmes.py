"""Under what programme people move."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Programme(models.TextChoices):
    """The programme that pays for a move."""

    POVERTY = "poverty", _("poverty alleviation relocation")
    RESERVOIR = "reservoir", _("reservoir resettlement")
    HAZARD = "hazard", _("geological hazard avoidance")
    ECOLOGY = "ecology", _("ecological relocation")
