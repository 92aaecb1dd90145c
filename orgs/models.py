"""Tenants, people, the unit tree, Party and union organizations, posts and terms."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from orgs.authority import CONFIRM_HANDOVER, IMPORT_UNIT, SIGN_HANDOVER
from orgs.enums import (
    ADMINISTRATORS,
    Category,
    HandoverState,
    ImportState,
    Level,
    Line,
    OrganizationKind,
    Role,
)


class Tenant(models.Model):
    """A region with its leading group (地区); created by the platform operator."""

    name = models.CharField("地区名称", max_length=60, unique=True)
    code = models.CharField("代码", max_length=20, unique=True)
    leading_group = models.CharField("领导小组全称", max_length=120)
    document_mark = models.CharField(
        "机关代字", max_length=30, help_text="如“示党工组”，用于发文字号。"
    )
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)

    class Meta:
        verbose_name = "地区"
        verbose_name_plural = "地区"

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in. Name, unit, post and work phone are all that is kept."""

    person_name = models.CharField("姓名", max_length=40)
    work_phone = models.CharField("办公电话", max_length=30, blank=True)
    #: Handed over on paper by somebody else: it opens nothing but the change of password.
    password_is_temporary = models.BooleanField("须修改密码", default=False, editable=False)
    password_set_at = models.DateTimeField("密码修改时间", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"

    def __str__(self) -> str:
        return self.person_name or self.username


class Membership(models.Model):
    """Which tenants a person may enter; global, because it is asked before any scope."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        verbose_name = "可进入地区"
        verbose_name_plural = "可进入地区"
        constraints = [models.UniqueConstraint(fields=["user", "tenant"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} @ {self.tenant}"


class Unit(TenantOwned):
    """A node of the program's chain. ``path`` holds four base-36 characters a level."""

    reach_path: ClassVar[str | None] = "path"

    code = models.CharField("单位代码", max_length=30)
    name = models.CharField("单位名称", max_length=100)
    pinyin = models.CharField("拼音", max_length=300, editable=False, db_index=False)
    level = models.CharField("层级", max_length=12, choices=Level)
    category = models.CharField("类别", max_length=20, choices=Category, default=Category.REGION)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级单位",
    )
    path = models.TextField("路径", db_collation="C", editable=False)
    depth = models.PositiveSmallIntegerField("层", editable=False)
    child_count = models.PositiveIntegerField("下级数", default=0, editable=False)
    sort_order = models.PositiveIntegerField("排序", default=0)
    principal_name = models.CharField("第一责任人", max_length=40, blank=True)
    worker_count = models.PositiveIntegerField("职工数", default=0)
    member_count = models.PositiveIntegerField("会员数", default=0)
    party_member_count = models.PositiveIntegerField("党员数", default=0)
    enterprise_count = models.PositiveIntegerField("企业数", default=0)
    opened_on = models.DateField("设立日期", null=True, blank=True)
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "单位"
        ordering = ["path"]
        constraints = [
            *wall("orgs_unit", parent_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "code"],
                name="unit_code_once",
                violation_error_message="这个单位代码已被使用，请换一个代码。",
            ),
            models.UniqueConstraint(fields=["tenant", "path"], name="unit_path_once"),
        ]
        indexes = [
            models.Index(fields=["tenant", "parent", "sort_order"], name="unit_children"),
            models.Index(fields=["tenant", "depth", "path"], name="unit_of_level"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("orgs:unit_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


class Organization(TenantOwned):
    """The Party or the union organization of a unit; each line has its own superior."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="organizations", verbose_name="单位"
    )
    line = models.CharField("线", max_length=8, choices=Line)
    kind = models.CharField("类型", max_length=30, choices=OrganizationKind)
    name = models.CharField("组织全称", max_length=120)
    superior = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subordinates",
        verbose_name="上级组织",
    )
    founded_on = models.DateField("成立日期", null=True, blank=True)
    approval_number = models.CharField("批复文号", max_length=60, blank=True)
    term_ends_on = models.DateField("届满日期", null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "组织"
        ordering = ["unit__path", "line"]
        constraints = [
            *wall("orgs_organization", unit_id="orgs_unit", superior_id="orgs_organization"),
            models.UniqueConstraint(
                fields=["tenant", "unit", "line"],
                name="organization_once_per_line",
                violation_error_message="这个单位在该线上已有组织，请直接修改原有组织。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return self.unit.get_absolute_url()


class Post(TenantOwned):
    """A post (职务) at a unit. Authority belongs to it, not to the account."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="posts", verbose_name="单位"
    )
    title = models.CharField("职务名称", max_length=60)
    role = models.CharField("角色", max_length=30, choices=Role)
    line = models.CharField("线", max_length=8, choices=Line, blank=True)
    is_principal = models.BooleanField("第一责任人", default=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "职务"
        ordering = ["unit__path", "id"]
        constraints = wall("orgs_post", unit_id="orgs_unit")

    def __str__(self) -> str:
        return f"{self.unit.name}{self.title}"

    def get_absolute_url(self) -> str:
        return self.unit.get_absolute_url()

    @property
    def is_one_of_three(self) -> bool:
        """三员: seated face to face, each by another person."""
        return self.role in ADMINISTRATORS


class Appointment(TenantOwned):
    """A person's term in a post (任职). When it ends, access ends with it."""

    reach_path: ClassVar[str | None] = "post__unit__path"

    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, related_name="appointments", verbose_name="职务"
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="appointments", verbose_name="任职人"
    )
    starts_on = models.DateField("任职日期")
    ends_on = models.DateField("卸任日期", null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "任职"
        ordering = ["-starts_on", "id"]
        constraints = [
            *wall("orgs_appointment", post_id="orgs_post"),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="appointment_days_in_order",
                violation_error_message="卸任日期不能早于任职日期，请更正。",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "user"], name="appointment_user")]

    def __str__(self) -> str:
        return f"{self.user} {self.post}"

    def get_absolute_url(self) -> str:
        return self.post.get_absolute_url()

    def is_current(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class RoleGrant(TenantOwned):
    """A tenant's change to what a role may do; an empty reach takes the permission away."""

    role = models.CharField("角色", max_length=30, choices=Role)
    permission = models.CharField("权限", max_length=80)
    reach = models.CharField(
        "范围",
        max_length=10,
        blank=True,
        choices=[
            (Reach.OWN.value, "本单位"),
            (Reach.CHILDREN.value, "直接下级"),
            (Reach.SUBTREE.value, "本级及以下"),
            (Reach.TENANT.value, "全地区"),
        ],
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "角色权限调整"
        ordering = ["role", "permission"]
        constraints = [
            *wall("orgs_rolegrant"),
            models.UniqueConstraint(
                fields=["tenant", "role", "permission"], name="role_grant_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.permission}"


class UnitImport(TenantOwned, Stateful):
    """An uploaded table of units, kept so that confirming needs no second upload."""

    lifecycle = Lifecycle(
        Step(
            name="confirm",
            label="确认导入",
            sources=frozenset({ImportState.CHECKED}),
            target=ImportState.IMPORTED,
            permission=IMPORT_UNIT,
            action="orgs.unit_import.confirmed",
            style="primary",
            icon="check",
        )
    )

    state = models.CharField(
        "状态", max_length=20, choices=ImportState, default=ImportState.CHECKED, editable=False
    )
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件指纹", max_length=64)
    row_count = models.PositiveIntegerField("行数", default=0)
    rows = models.JSONField("各行", default=list)
    errors = models.JSONField("行错误", default=list)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )
    created_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "单位导入"
        ordering = ["-id"]
        constraints = wall("orgs_unitimport")

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("orgs:unit_import_detail", args=[self.pk])


class GuidanceCategory(TenantOwned):
    """A class of places and units that are guided alike (分类指导), named by the tenant.

    ``kinds`` and ``levels`` are its rule: which units belong to it when nobody
    says otherwise. An empty list asks nothing; both empty means by hand only.
    """

    name = models.CharField("名称", max_length=40)
    description = models.TextField("说明", blank=True)
    kinds = ArrayField(
        models.CharField(max_length=20, choices=Category),
        verbose_name="单位类别",
        default=list,
        blank=True,
    )
    levels = ArrayField(
        models.CharField(max_length=12, choices=Level),
        verbose_name="层级",
        default=list,
        blank=True,
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)
    is_active = models.BooleanField("使用中", default=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "指导类别"
        ordering = ["order", "id"]
        constraints = [
            *wall("orgs_guidancecategory"),
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="guidance_category_once",
                violation_error_message="已有同名类别，请换一个名称。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("orgs:guidancecategory_detail", args=[self.pk])

    @property
    def has_rule(self) -> bool:
        return bool(self.kinds or self.levels)

    @property
    def rule_text(self) -> str:
        """The rule as people read it."""
        kinds = "、".join(Category(kind).label for kind in self.kinds)
        levels = "、".join(Level(level).label for level in self.levels)
        parts = [part for part in (levels, kinds) if part]
        return "；".join(parts) if parts else "只由人工指定"


class GuidancePlacement(TenantOwned):
    """A unit stands in a category from a day on; one that runs, however many ended."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="placements", verbose_name="单位"
    )
    category = models.ForeignKey(
        GuidanceCategory, on_delete=models.PROTECT, related_name="placements", verbose_name="类别"
    )
    starts_on = models.DateField("自")
    ends_on = models.DateField("至", null=True, blank=True)
    is_by_hand = models.BooleanField("人工指定", default=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "归类"
        ordering = ["unit__path", "-starts_on", "-id"]
        constraints = [
            *wall(
                "orgs_guidanceplacement",
                unit_id="orgs_unit",
                category_id="orgs_guidancecategory",
            ),
            models.UniqueConstraint(
                fields=["tenant", "unit"],
                condition=models.Q(ends_on__isnull=True),
                name="placement_one_running",
                violation_error_message="这个单位已归入一个类别，请先刷新页面。",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="placement_days_in_order",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "category"], name="placement_category")]

    def __str__(self) -> str:
        return f"{self.unit} {self.category}"

    def get_absolute_url(self) -> str:
        return self.unit.get_absolute_url()


class Handover(TenantOwned, Stateful):
    """What goes from the old to the new holder of a post (工作交接).

    The list is written down when it is handed over, so both sign the same
    one; ``snapshot`` is that list as it stood when it was received.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField(
        "状态", max_length=20, choices=HandoverState, default=HandoverState.OPEN, editable=False
    )
    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, related_name="handovers", verbose_name="职务"
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="handovers", verbose_name="单位"
    )
    outgoing = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="+", verbose_name="移交人任职"
    )
    incoming = models.ForeignKey(
        Appointment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="接收人任职",
    )
    opened_on = models.DateField("发起日期")
    outgoing_note = models.TextField("移交说明", blank=True)
    handed_at = models.DateTimeField("移交时间", null=True, editable=False)
    handed_by = models.CharField("移交确认人", max_length=200, blank=True, editable=False)
    stand_in_reason = models.CharField("代签理由", max_length=300, blank=True)
    incoming_note = models.TextField("接收意见", blank=True)
    received_at = models.DateTimeField("接收时间", null=True, editable=False)
    received_by = models.CharField("接收人", max_length=200, blank=True, editable=False)
    snapshot = models.JSONField("接收时的清单", default=list, editable=False)

    lifecycle = Lifecycle(
        Step(
            name="hand_over",
            label="确认移交",
            sources=frozenset({HandoverState.OPEN}),
            target=HandoverState.HANDED,
            permission=SIGN_HANDOVER,
            action="orgs.handover.handed",
            style="primary",
            icon="send",
        ),
        Step(
            name="hand_over_for",
            label="代签移交",
            sources=frozenset({HandoverState.OPEN}),
            target=HandoverState.HANDED,
            permission=CONFIRM_HANDOVER,
            action="orgs.handover.handed_for",
            needs_reason=True,
            style="primary",
            icon="signature",
        ),
        Step(
            name="receive",
            label="签收交接",
            sources=frozenset({HandoverState.HANDED}),
            target=HandoverState.RECEIVED,
            permission=SIGN_HANDOVER,
            action="orgs.handover.received",
            style="primary",
            icon="circle-check",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "工作交接"
        ordering = ["-opened_on", "-id"]
        constraints = [
            *wall(
                "orgs_handover",
                post_id="orgs_post",
                unit_id="orgs_unit",
                outgoing_id="orgs_appointment",
                incoming_id="orgs_appointment",
            ),
            models.UniqueConstraint(fields=["tenant", "outgoing"], name="handover_once_per_term"),
        ]

    def __str__(self) -> str:
        return f"{self.post}工作交接"

    def get_absolute_url(self) -> str:
        return reverse("orgs:handover_detail", args=[self.pk])


class HandoverItem(TenantOwned):
    """One line of the list that the new holder goes through."""

    reach_path: ClassVar[str | None] = "handover__unit__path"

    handover = models.ForeignKey(
        Handover, on_delete=models.CASCADE, related_name="items", verbose_name="交接"
    )
    source = models.CharField("来源", max_length=60)
    heading = models.CharField("类别", max_length=40)
    text = models.CharField("事项", max_length=300)
    url = models.CharField("查看", max_length=200, blank=True)
    deadline = models.DateField("期限", null=True, blank=True)
    order = models.PositiveIntegerField("顺序", default=0)
    seen_at = models.DateTimeField("接收时间", null=True, editable=False)
    remark = models.CharField("接收备注", max_length=200, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "交接事项"
        ordering = ["order", "id"]
        constraints = wall("orgs_handoveritem", handover_id="orgs_handover")

    def __str__(self) -> str:
        return f"{self.heading}：{self.text}"
