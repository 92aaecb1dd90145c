"""One enterprise or social organization (一企一档) as it is, and as it was on any day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from ledger.enums import EntryKind, Industry, Obstacle, Operation, Source
from orgs.models import Unit, User


class EntryFacts(models.Model):
    """What is known of an entry. The entry holds the present, each version one past."""

    name = models.CharField("单位名称", max_length=120)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    kind = models.CharField("单位类别", max_length=12, choices=EntryKind)
    industry = models.CharField("行业门类", max_length=1, choices=Industry, blank=True)
    operation = models.CharField(
        "经营状态", max_length=12, choices=Operation, default=Operation.OPEN
    )
    address = models.CharField("详细地址", max_length=200, blank=True)
    place = models.CharField("所在园区、楼宇或网格", max_length=60, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    legal_person = models.CharField("法定代表人", max_length=40, blank=True)
    contact = models.CharField("联系人", max_length=40, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    is_above_scale = models.BooleanField("规模以上", default=False)
    tags = models.CharField("标签", max_length=100, blank=True, help_text="如“上市、专精特新”。")
    source = models.CharField("数据来源", max_length=10, choices=Source, default=Source.SURVEY)
    counted_on = models.DateField("数据时点", null=True, blank=True)
    worker_count = models.PositiveIntegerField("职工总数", default=0)
    women_count = models.PositiveIntegerField("女职工", default=0)
    migrant_count = models.PositiveIntegerField("农民工", default=0)
    dispatched_count = models.PositiveIntegerField("劳务派遣工", default=0)
    party_member_count = models.PositiveIntegerField("正式党员", default=0)
    probationary_count = models.PositiveIntegerField("预备党员", default=0)
    member_count = models.PositiveIntegerField("工会会员", default=0)
    women_member_count = models.PositiveIntegerField("女会员", default=0)
    new_form_member_count = models.PositiveIntegerField("新就业形态会员", default=0)
    party_obstacle = models.CharField("未建党组织原因", max_length=12, choices=Obstacle, blank=True)
    union_obstacle = models.CharField("未建工会原因", max_length=12, choices=Obstacle, blank=True)
    party_instructor = models.CharField("党建指导员", max_length=60, blank=True)
    union_instructor = models.CharField("组建指导员", max_length=60, blank=True)
    has_congress = models.BooleanField("已建职代会", default=False)
    congress_on = models.DateField("最近召开职代会", null=True, blank=True)
    has_openness = models.BooleanField("已建厂务公开", default=False)
    has_mediation = models.BooleanField("已建劳动争议调解组织", default=False)
    contract_number = models.CharField("集体合同备案号", max_length=60, blank=True)
    contract_ends_on = models.DateField("集体合同到期", null=True, blank=True)

    class Meta:
        abstract = True


#: The facts that a version keeps, by name; the unit in charge is kept as well.
FACTS = tuple(field.name for field in EntryFacts._meta.local_fields)
#: A part is never more than its whole.
PARTS = (
    ("women_count", "worker_count"),
    ("migrant_count", "worker_count"),
    ("dispatched_count", "worker_count"),
    ("women_member_count", "member_count"),
    ("new_form_member_count", "member_count"),
)


class Entry(TenantOwned, EntryFacts):
    """One line of the ledger; ``unit`` is the town, village or park in charge (属地)."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="enterprises", verbose_name="属地单位"
    )
    #: The same enterprise where it is a unit of the tree itself and files its own return.
    subject = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="ledger_subjects",
        verbose_name="组织架构中的本单位",
    )
    name_key = models.CharField("比对用名称", max_length=120, editable=False)
    revision = models.PositiveIntegerField("修改次数", default=0, editable=False)
    seen_on = models.DateField("最近在部门名单中", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "台账单位"
        ordering = ["unit__path", "name", "id"]
        constraints = [
            *wall("ledger_entry", unit_id="orgs_unit", subject_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "credit_code"],
                condition=~models.Q(credit_code=""),
                name="entry_credit_code_once",
                violation_error_message="这个统一社会信用代码已在台账中，请直接修改原有一户。",
            ),
            models.UniqueConstraint(
                fields=["tenant", "subject"],
                condition=models.Q(subject__isnull=False),
                name="entry_subject_once",
                violation_error_message="组织架构中的这个单位已有一户台账。",
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{part}__lte": models.F(whole)}),
                    name=f"entry_{part}_within",
                    violation_error_message="其中数不能大于总数，请核对人员数字。",
                )
                for part, whole in PARTS
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "unit", "operation"], name="entry_unit_operation"),
            models.Index(fields=["tenant", "name_key"], name="entry_name_key"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("ledger:entry_detail", args=[self.pk])


class EntryVersion(TenantOwned, EntryFacts):
    """The facts from one day to another, kept for good: 台账 of any past day adds up again.

    ``ends_on`` is the first day they no longer held. Two changes on one day
    leave an empty version between them, so who changed what stays told.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="versions")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name="属地单位"
    )
    starts_on = models.DateField("自")
    ends_on = models.DateField("至", null=True, blank=True)
    changed = models.JSONField("变动", default=list, blank=True)
    recorded_by = models.CharField("记录人", max_length=100, blank=True)
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "台账历史"
        ordering = ["-id"]
        constraints = [
            *wall("ledger_entryversion", entry_id="ledger_entry", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "entry"],
                condition=models.Q(ends_on__isnull=True),
                name="entry_one_present",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="entry_version_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "unit", "starts_on"], name="entry_version_unit"),
            models.Index(fields=["tenant", "entry", "starts_on"], name="entry_version_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_on}"


class Visit(TenantOwned):
    """A visit to an entry; words are enough, no picture is asked for."""

    reach_path: ClassVar[str | None] = "entry__unit__path"

    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="visits", verbose_name="台账单位"
    )
    visited_on = models.DateField("走访日期")
    visitor = models.CharField("走访人", max_length=60)
    text = models.TextField("情况", max_length=500)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "走访记录"
        ordering = ["-visited_on", "-id"]
        constraints = wall("ledger_visit", entry_id="ledger_entry")

    def __str__(self) -> str:
        return f"{self.entry} {self.visited_on}"

    def get_absolute_url(self) -> str:
        return self.entry.get_absolute_url()


class LedgerSettings(TenantOwned):
    """What a region counts as 应建, and how long each stretch of the way may take."""

    union_from = models.PositiveSmallIntegerField("职工满多少人应单独建会", default=25)
    party_from = models.PositiveSmallIntegerField("正式党员满多少人应单独建党组织", default=3)
    verify_days = models.PositiveSmallIntegerField("线索核实（天）", default=15)
    guide_days = models.PositiveSmallIntegerField("列入清单后指导（天）", default=30)
    prepare_days = models.PositiveSmallIntegerField("指导后筹建（天）", default=60)
    build_days = models.PositiveSmallIntegerField("筹建后建成（天）", default=60)
    restructuring_days = models.PositiveSmallIntegerField("改制后健全（天）", default=180)
    term_notice_days = models.PositiveSmallIntegerField("届满前多少天提醒", default=90)

    class Meta(TenantOwned.Meta):
        verbose_name = "台账规则"
        constraints = [
            *wall("ledger_ledgersettings"),
            models.UniqueConstraint(fields=["tenant"], name="ledger_settings_once"),
        ]

    def __str__(self) -> str:
        return "台账规则"

    def get_absolute_url(self) -> str:
        return reverse("ledger:settings")
