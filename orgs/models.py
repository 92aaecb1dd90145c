"""Tenants, people, the unit tree, Party and union organizations, posts and terms."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.urls import reverse

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from orgs.authority import IMPORT_UNIT
from orgs.enums import Category, ImportState, Level, Line, OrganizationKind, Role


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
        indexes = [models.Index(fields=["tenant", "parent", "sort_order"], name="unit_children")]

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
