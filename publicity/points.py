"""What of the publicity earns points: verified reports, by medium and level."""

from __future__ import annotations

from django.urls import reverse

from gongjian.commons.points.shelf import PointMechanism, point_mechanisms
from publicity.enums import Medium

MECHANISM = "publicity"
PUBLISHED = "published"
FRONT, REPRINT, INVITED, LEAD = "front", "reprint", "invited", "lead"


def _url(kind: str, pk: int) -> str:
    return reverse("publicity:placement_detail", args=[pk])


point_mechanisms.register(
    PointMechanism(
        key=MECHANISM,
        label="舆论宣传",
        kinds={PUBLISHED: "媒体刊播"},
        traits={
            FRONT: "头版头条",
            REPRINT: "转载",
            INVITED: "邀请记者采写",
            LEAD: "提供新闻线索",
        },
        outlet_classes=lambda: list(Medium.labels),
        url=_url,
    )
)
