"""What of the bulletins earns points: pieces sent in, adopted here and above, commissions."""

from __future__ import annotations

from django.urls import reverse

from gongjian.commons.points.enums import ADOPTION, COMMISSION_FAILED, SUBMISSION
from gongjian.commons.points.shelf import PointMechanism, point_mechanisms

MECHANISM = "bulletins"
INSTRUCTION = "instruction"
COMBINED, BRIEF, COMMISSIONED = "combined", "brief", "commissioned"


def _url(kind: str, pk: int) -> str:
    return reverse("bulletins:fact", args=[kind.rpartition(".")[2], pk])


point_mechanisms.register(
    PointMechanism(
        key=MECHANISM,
        label="信息交流",
        kinds={
            SUBMISSION: "报送",
            ADOPTION: "采用",
            INSTRUCTION: "领导批示",
            COMMISSION_FAILED: "约稿未完成",
        },
        traits={COMBINED: "综合采用", BRIEF: "简讯", COMMISSIONED: "约稿"},
        url=_url,
    )
)
