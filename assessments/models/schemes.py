"""Schemes of assessment: items, weights by peer group, grades, and marks of judges."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from assessments.authority import MANAGE_SCHEME
from assessments.enums import EXTRA_METHODS, FullScore, Method, Mode, SchemeState
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from orgs.enums import Category, Level
from orgs.models import Post, Unit

_PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class PeerGroup(TenantOwned):
    """Units that may be compared with each other (可比组): by rule or named one by one."""

    name = models.CharField("名称", max_length=40)
    level = models.CharField("层级", max_length=12, choices=Level, blank=True)
    categories = models.JSONField("类别", default=list, blank=True)
    sort_order = models.PositiveSmallIntegerField(
        "次序", default=10, help_text="一个单位符合几个组的条件时，归入次序在前的组。"
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "可比组"
        ordering = ["sort_order", "id"]
        constraints = [
            *wall("assessments_peergroup"),
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="peer_group_name_once",
                violation_error_message="已有同名的可比组，请换一个名称。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("assessments:peer_group_detail", args=[self.pk])

    @property
    def rule_label(self) -> str:
        """The selection rule in words."""
        labels = dict(Category.choices)
        parts = [dict(Level.choices).get(self.level, "")] if self.level else []
        parts += [labels[value] for value in self.categories if value in labels]
        return "、".join(str(part) for part in parts) or "逐个指定"


class PeerGroupUnit(TenantOwned):
    """A unit put into a group by name, whatever the rules say."""

    reach_path: ClassVar[str | None] = "unit__path"

    group = models.ForeignKey(PeerGroup, on_delete=models.CASCADE, related_name="named_units")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="peer_groups")

    class Meta(TenantOwned.Meta):
        verbose_name = "指定单位"
        constraints = [
            *wall(
                "assessments_peergroupunit",
                group_id="assessments_peergroup",
                unit_id="orgs_unit",
            ),
            models.UniqueConstraint(
                fields=["tenant", "unit"],
                name="peer_group_unit_once",
                violation_error_message="这个单位已被指定到别的可比组，请先从那一组移出。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.unit}"


class Scheme(Stateful, TenantOwned):
    """Rules of one assessment. A published version is never edited, only followed by another."""

    title = models.CharField("名称", max_length=100)
    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, related_name="schemes", verbose_name="考核期间"
    )
    full_score = models.PositiveSmallIntegerField(
        "满分", choices=FullScore, default=FullScore.HUNDRED
    )
    version = models.PositiveSmallIntegerField("版本", default=1, editable=False)
    supersedes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="successors",
        verbose_name="上一版本",
    )
    state = models.CharField(
        "状态", max_length=20, choices=SchemeState, default=SchemeState.DRAFT, editable=False
    )

    lifecycle = Lifecycle(
        Step(
            name="publish",
            label="印发",
            sources=frozenset({SchemeState.DRAFT}),
            target=SchemeState.PUBLISHED,
            permission=MANAGE_SCHEME,
            action="assessments.scheme.published",
            style="primary",
            icon="send",
        ),
        Step(
            name="archive",
            label="归档",
            sources=frozenset({SchemeState.PUBLISHED}),
            target=SchemeState.ARCHIVED,
            permission=MANAGE_SCHEME,
            action="assessments.scheme.archived",
            needs_reason=True,
            icon="archive",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "考核方案"
        ordering = ["-id"]
        constraints = [
            *wall(
                "assessments_scheme",
                period_id="calendar_period",
                supersedes_id="assessments_scheme",
            ),
            models.UniqueConstraint(
                fields=["tenant", "title", "version"],
                name="scheme_title_version_once",
                violation_error_message="已有同名同版本的考核方案，请换一个名称。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.version}版）" if self.version > 1 else self.title

    def get_absolute_url(self) -> str:
        return reverse("assessments:scheme_detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == SchemeState.DRAFT


class SchemeItem(TenantOwned):
    """One thing that is assessed: an indicator of the shelf or a matter for judges."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="items")
    code = models.CharField("代码", max_length=30)
    name = models.CharField("考核项目", max_length=100)
    dimension = models.CharField("维度", max_length=40)
    source_key = models.CharField("数据来源", max_length=60, blank=True)
    indicator_code = models.CharField("指标代码", max_length=60, blank=True)
    unit_label = models.CharField("单位", max_length=20, blank=True)
    method = models.CharField(
        "计分方法", max_length=20, choices=Method, default=Method.PROPORTIONAL
    )
    mode = models.CharField("使用方式", max_length=12, choices=Mode, default=Mode.SCORED)
    parameters = models.JSONField("计分参数", default=dict, blank=True)
    rule_text = models.TextField("评分细则", max_length=1000, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=10)

    class Meta(TenantOwned.Meta):
        verbose_name = "考核项目"
        ordering = ["order", "id"]
        constraints = [
            *wall("assessments_schemeitem", scheme_id="assessments_scheme"),
            models.UniqueConstraint(
                fields=["tenant", "scheme", "code"],
                name="scheme_item_code_once",
                violation_error_message="方案里已有这个代码的项目，请换一个代码。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return self.scheme.get_absolute_url()

    @property
    def is_judged(self) -> bool:
        return self.method == Method.JUDGED

    @property
    def is_extra(self) -> bool:
        """Bonus, penalty or veto: counts beside the full score, in every group."""
        return self.method in EXTRA_METHODS

    @property
    def is_tracked(self) -> bool:
        return self.mode != Mode.SCORED and not self.is_extra

    @property
    def may_carry_weight(self) -> bool:
        return self.mode == Mode.SCORED and not self.is_extra


class ItemWeight(TenantOwned):
    """Points that an item is worth in one peer group."""

    item = models.ForeignKey(SchemeItem, on_delete=models.CASCADE, related_name="weights")
    peer_group = models.ForeignKey(PeerGroup, on_delete=models.PROTECT, related_name="weights")
    weight = models.DecimalField("权重", max_digits=7, decimal_places=2)

    class Meta(TenantOwned.Meta):
        verbose_name = "权重"
        constraints = [
            *wall(
                "assessments_itemweight",
                item_id="assessments_schemeitem",
                peer_group_id="assessments_peergroup",
            ),
            models.UniqueConstraint(
                fields=["tenant", "item", "peer_group"], name="item_weight_once"
            ),
            models.CheckConstraint(
                condition=models.Q(weight__gt=0),
                name="item_weight_positive",
                violation_error_message="权重应大于 0，不考核的项目请留空。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.peer_group} {self.weight}"


class GradeRule(TenantOwned):
    """Thresholds out of 100 and the quota of 优秀 inside each peer group."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="grade_rules")
    excellent_from = models.DecimalField(
        "优秀不低于", max_digits=5, decimal_places=2, default=Decimal(90), validators=_PERCENT
    )
    good_from = models.DecimalField(
        "良好不低于", max_digits=5, decimal_places=2, default=Decimal(80), validators=_PERCENT
    )
    qualified_from = models.DecimalField(
        "合格不低于", max_digits=5, decimal_places=2, default=Decimal(60), validators=_PERCENT
    )
    excellent_quota = models.DecimalField(
        "优秀名额（%）",
        max_digits=5,
        decimal_places=2,
        default=Decimal(20),
        validators=_PERCENT,
        help_text="占可比组家数的百分比，舍去小数，至少一家。",
    )

    bonus_cap = models.DecimalField(
        "加分封顶",
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="各加分项目合计最多加的分数，留空为不限。",
    )

    notice_days = models.PositiveSmallIntegerField(
        "公示天数",
        default=5,
        help_text="工作日，不少于 5 天；填 0 为不公示。",
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "等次规则"
        constraints = [
            *wall("assessments_graderule", scheme_id="assessments_scheme"),
            models.UniqueConstraint(fields=["tenant", "scheme"], name="grade_rule_once"),
            models.CheckConstraint(
                condition=models.Q(notice_days=0) | models.Q(notice_days__gte=5),
                name="grade_notice_five_days",
                violation_error_message="公示不少于 5 个工作日；不公示的请填 0。",
            ),
            models.CheckConstraint(
                condition=models.Q(excellent_from__gt=models.F("good_from"))
                & models.Q(good_from__gt=models.F("qualified_from")),
                name="grade_thresholds_in_order",
                violation_error_message="分数线应是优秀高于良好、良好高于合格，请更正。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} 等次规则"


class JudgedScore(TenantOwned):
    """A judge's mark out of 100 for one unit on one judged item."""

    reach_path: ClassVar[str | None] = "unit__path"

    item = models.ForeignKey(SchemeItem, on_delete=models.PROTECT, related_name="judged_scores")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="judged_scores")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="judged_scores")
    judge_label = models.CharField("评委", max_length=200)
    score = models.DecimalField(
        "评分", max_digits=5, decimal_places=2, validators=_PERCENT, help_text="满分 100。"
    )
    comment = models.CharField("评语", max_length=300, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "评委评分"
        ordering = ["id"]
        constraints = [
            *wall(
                "assessments_judgedscore",
                item_id="assessments_schemeitem",
                unit_id="orgs_unit",
                post_id="orgs_post",
            ),
            models.UniqueConstraint(
                fields=["tenant", "item", "unit", "post"], name="judged_score_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.unit} {self.score}"
