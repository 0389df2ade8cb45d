"""Under what programme people move."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Programme(models.TextChoices):
    """The programme that pays for a move."""

    POVERTY = "poverty", _("poverty alleviation relocation")
    RESERVOIR = "reservoir", _("reservoir resettlement")
    HAZARD = "hazard", _("geological hazard avoidance")
    ECOLOGY = "ecology", _("ecological relocation")


PROGRAMME_WORDS: dict[str, tuple[str, ...]] = {
    Programme.POVERTY: ("易地搬迁", "扶贫搬迁", "易地扶贫", "移民搬迁", "YDFPBQ"),
    Programme.RESERVOIR: ("水库移民", "水电移民", "水库", "SKYM"),
    Programme.HAZARD: ("地灾避险", "地质灾害避险", "地灾搬迁", "避险搬迁", "DZBX"),
    Programme.ECOLOGY: ("生态移民", "生态", "STYM"),
}
"""What county registers call the programmes, besides their titles."""
