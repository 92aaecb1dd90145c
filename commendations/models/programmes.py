"""A programme of commendation: what is given, how many, to whom in what proportion."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from commendations import authority
from commendations.enums import Bound, Holder, ProgrammeKind, ProgrammeState, Trait
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step

_S = ProgrammeState


def has_its_approval(programme: Programme, actor: Actor) -> str | None:
    """表彰 needs an approved project (``product.md`` rule R4); 通报表扬 does not."""
    if programme.kind == ProgrammeKind.HONOUR and not programme.approval_reference.strip():
        return "表彰须是经批准的评比达标表彰项目，请填写批准文号，或改为“通报表扬”。"
    return None


class Programme(TenantOwned, Stateful):
    """One round of commendation, from the notice to the certificates."""

    title = models.CharField("名称", max_length=80)
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField(
        "种类", max_length=10, choices=ProgrammeKind, default=ProgrammeKind.PRAISE
    )
    approval_reference = models.CharField("表彰项目批准文号", max_length=100, blank=True)
    conditions = models.TextField("推荐条件", max_length=2000)
    closes_on = models.DateField("推荐截止")
    #: Earlier honours of the same name within so many years stand against a new one.
    rest_years = models.PositiveSmallIntegerField("同一称号间隔年数", default=3)
    #: Departments whose opinion must be there: 纪检监察、公安 …
    departments = ArrayField(
        models.CharField(max_length=20), verbose_name="须征求意见的部门", default=list, blank=True
    )
    state = models.CharField(
        "状态", max_length=12, choices=ProgrammeState, default=ProgrammeState.DRAFT, editable=False
    )
    notice_from = models.DateField("公示开始", null=True, editable=False)
    notice_until = models.DateField("公示截止", null=True, editable=False)
    decided_on = models.DateField("决定日期", null=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "open", "下发通知", frozenset({_S.DRAFT}), _S.OPEN, authority.MANAGE_PROGRAMME,
            "commendations.programme.opened", style="primary", icon="send",
            guards=(has_its_approval,),
        ),
        Step(
            "review", "截止推荐，开始评审", frozenset({_S.OPEN}), _S.REVIEW,
            authority.MANAGE_PROGRAMME, "commendations.programme.reviewing", style="primary",
            icon="checklist",
        ),
        Step(
            "announce", "公示", frozenset({_S.REVIEW}), _S.NOTICE, authority.MANAGE_PROGRAMME,
            "commendations.programme.announced", style="primary", icon="speakerphone",
        ),
        Step(
            "back", "退回评审", frozenset({_S.NOTICE}), _S.REVIEW, authority.MANAGE_PROGRAMME,
            "commendations.programme.back", needs_reason=True, style="danger",
            icon="arrow-back-up",
        ),
        Step(
            "decide", "审定决定", frozenset({_S.NOTICE}), _S.DECIDED, authority.DECIDE_PROGRAMME,
            "commendations.programme.decided", style="primary", icon="gavel",
            guards=(has_its_approval,),
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "评先表彰"
        ordering = ["-year", "-id"]
        constraints = [
            *wall("commendations_programme"),
            models.UniqueConstraint(
                fields=["tenant", "year", "title"],
                name="programme_title_once",
                violation_error_message="今年已有同名的评先表彰，请换一个名称。",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="honour", approval_reference="") | models.Q(state="draft"),
                name="programme_honour_approved",
                violation_error_message="表彰须有经批准的表彰项目，请填写批准文号。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("commendations:programme_detail", args=[self.pk])


class AwardCategory(TenantOwned):
    """One honour of the programme: 先进集体, 优秀个人."""

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="categories", verbose_name="评先表彰"
    )
    title = models.CharField("荣誉名称", max_length=40)
    holder = models.CharField("授予对象", max_length=8, choices=Holder)
    places = models.PositiveIntegerField("名额")
    position = models.PositiveSmallIntegerField("次序")
    #: Most that may come from a peer group, by its key on the shelf of groups.
    group_places = models.JSONField("可比组名额", default=dict, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "荣誉类别"
        ordering = ["position", "id"]
        constraints = [
            *wall("commendations_awardcategory", programme_id="commendations_programme"),
            models.UniqueConstraint(
                fields=["tenant", "programme", "title"],
                name="award_category_once",
                violation_error_message="已有同名的荣誉类别。",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Quota(TenantOwned):
    """How many a unit may recommend of a category (推荐名额)."""

    reach_path = "unit__path"

    category = models.ForeignKey(
        AwardCategory, on_delete=models.CASCADE, related_name="quotas", verbose_name="荣誉类别"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="推荐单位"
    )
    places = models.PositiveIntegerField("名额")

    class Meta(TenantOwned.Meta):
        verbose_name = "推荐名额"
        ordering = ["unit__path"]
        constraints = [
            *wall(
                "commendations_quota",
                category_id="commendations_awardcategory",
                unit_id="orgs_unit",
            ),
            models.UniqueConstraint(fields=["tenant", "category", "unit"], name="quota_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}{self.category}{self.places}"


class RatioRule(TenantOwned):
    """A proportion that the list must keep: 一线职工不少于60%."""

    category = models.ForeignKey(
        AwardCategory, on_delete=models.CASCADE, related_name="ratios", verbose_name="荣誉类别"
    )
    trait = models.CharField("对象", max_length=12, choices=Trait)
    bound = models.CharField("要求", max_length=10, choices=Bound)
    percent = models.PositiveSmallIntegerField("百分比")

    class Meta(TenantOwned.Meta):
        verbose_name = "比例要求"
        ordering = ["id"]
        constraints = [
            *wall("commendations_ratiorule", category_id="commendations_awardcategory"),
            models.UniqueConstraint(
                fields=["tenant", "category", "trait", "bound"],
                name="ratio_rule_once",
                violation_error_message="这条比例已经有了。",
            ),
            models.CheckConstraint(
                condition=models.Q(percent__lte=100),
                name="ratio_rule_percent",
                violation_error_message="百分比应在0到100之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_trait_display()}{self.get_bound_display()}{self.percent}%"
