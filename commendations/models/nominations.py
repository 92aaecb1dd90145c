"""Who is nominated, what everybody said to it, and objections in the public notice."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from commendations import authority
from commendations.enums import COUNTED, NominationState, Verdict
from commendations.models.programmes import AwardCategory
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step

_S = NominationState


class Nomination(TenantOwned, Stateful):
    """One unit or person nominated for one honour (推荐对象)."""

    reach_path: ClassVar[str | None] = "unit__path"

    category = models.ForeignKey(
        AwardCategory, on_delete=models.PROTECT, related_name="nominations", verbose_name="荣誉类别"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    person = models.CharField("姓名", max_length=40, blank=True)
    duty = models.CharField("职务", max_length=60, blank=True)
    traits = ArrayField(
        models.CharField(max_length=12), verbose_name="身份", default=list, blank=True
    )
    summary = models.CharField("事迹摘要", max_length=200)
    deeds = models.TextField("主要事迹", max_length=2000)
    state = models.CharField(
        "状态", max_length=12, choices=NominationState, default=NominationState.DRAFT,
        editable=False,
    )  # fmt: skip
    #: The unit whose quota it takes, once it is recommended.
    recommender = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        editable=False, verbose_name="推荐单位",
    )  # fmt: skip
    remark = models.CharField("退回意见", max_length=500, blank=True, editable=False)
    #: Why it passed although something stood against it.
    exception = models.CharField("例外理由", max_length=300, blank=True, editable=False)
    #: How often it was sent; opinions of an earlier round count no more.
    round = models.PositiveSmallIntegerField("轮次", default=0, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    lifecycle = Lifecycle(
        Step(
            "send", "报送", frozenset({_S.DRAFT, _S.RETURNED}), _S.SENT,
            authority.WRITE_NOMINATION, "commendations.nomination.sent", style="primary",
            icon="send",
        ),
        Step(
            "take_back", "取回修改", frozenset({_S.SENT}), _S.DRAFT,
            authority.WRITE_NOMINATION, "commendations.nomination.taken_back",
            icon="arrow-back-up",
        ),
        Step(
            "recommend", "推荐", frozenset({_S.SENT}), _S.RECOMMENDED, authority.RECOMMEND,
            "commendations.nomination.recommended", style="primary", icon="thumb-up",
        ),
        Step(
            "return", "退回修改", frozenset({_S.SENT, _S.RECOMMENDED}), _S.RETURNED,
            authority.RECOMMEND, "commendations.nomination.returned", needs_reason=True,
            style="danger", icon="arrow-back-up",
        ),
        Step(
            "check", "资格审查通过", frozenset({_S.RECOMMENDED}), _S.CHECKED,
            authority.CHECK_NOMINATION, "commendations.nomination.checked", style="primary",
            icon="circle-check",
        ),
        Step(
            "choose", "列入拟表彰", frozenset({_S.CHECKED, _S.LEFT_OUT}), _S.CHOSEN,
            authority.CHECK_NOMINATION, "commendations.nomination.chosen", style="primary",
            icon="star",
        ),
        Step(
            "leave_out", "不列入", frozenset({_S.CHECKED, _S.CHOSEN, _S.RECOMMENDED}), _S.LEFT_OUT,
            authority.CHECK_NOMINATION, "commendations.nomination.left_out", needs_reason=True,
            style="danger", icon="x",
        ),
        Step(
            "award", "表彰", frozenset({_S.CHOSEN}), _S.AWARDED, authority.DECIDE_PROGRAMME,
            "commendations.nomination.awarded",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "推荐对象"
        ordering = ["category__position", "unit__path", "id"]
        constraints = [
            *wall(
                "commendations_nomination",
                category_id="commendations_awardcategory",
                unit_id="orgs_unit",
                recommender_id="orgs_unit",
            ),
            models.UniqueConstraint(
                fields=["tenant", "category", "unit", "person"],
                name="nomination_once",
                violation_error_message="已经申报过，请在原申报上修改。",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=COUNTED) | models.Q(recommender__isnull=False),
                name="nomination_has_recommender",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name}{self.person}"

    def get_absolute_url(self) -> str:
        return reverse("commendations:nomination_detail", args=[self.pk])


class Opinion(TenantOwned):
    """What an organ said to a nomination (各级意见). What was said stays."""

    append_only: ClassVar[bool] = True
    reach_path: ClassVar[str | None] = "nomination__unit__path"

    nomination = models.ForeignKey(
        Nomination, on_delete=models.PROTECT, related_name="opinions", verbose_name="推荐对象"
    )
    #: A unit of the chain, or None for a department outside it.
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name="单位",
    )  # fmt: skip
    organ = models.CharField("意见单位", max_length=60)
    verdict = models.CharField("意见", max_length=10, choices=Verdict)
    text = models.CharField("内容", max_length=300, blank=True)
    #: The letter of a department that answered on paper.
    reference = models.CharField("来函", max_length=60, blank=True)
    signer = models.CharField("签署人", max_length=200)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "意见"
        ordering = ["id"]
        constraints = wall(
            "commendations_opinion",
            nomination_id="commendations_nomination",
            unit_id="orgs_unit",
        )

    def __str__(self) -> str:
        return f"{self.organ}{self.get_verdict_display()}"


class Objection(TenantOwned):
    """What is said against somebody while the list is announced, and the answer."""

    nomination = models.ForeignKey(
        Nomination, on_delete=models.PROTECT, related_name="objections", verbose_name="推荐对象"
    )
    text = models.CharField("异议内容", max_length=500)
    #: Signed: an objection nobody stands behind is not taken up.
    by = models.CharField("提出人", max_length=200)
    contact = models.CharField("联系方式", max_length=60, blank=True)
    at = models.DateTimeField("提出时间", auto_now_add=True)
    answer = models.CharField("核实情况", max_length=500, blank=True, editable=False)
    answered_by = models.CharField("核实人", max_length=200, blank=True, editable=False)
    is_upheld = models.BooleanField("异议成立", null=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "异议"
        ordering = ["id"]
        constraints = wall("commendations_objection", nomination_id="commendations_nomination")

    def __str__(self) -> str:
        return f"对“{self.nomination}”的异议"
