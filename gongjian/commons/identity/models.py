"""What sign-in keeps: failed tries, rules of a tenant, invitations, tokens, support."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from gongjian.commons.identity.enums import Profile, Vendor
from gongjian.commons.identity.seals import unsealed
from gongjian.foundation.tenancy.models import TenantOwned, wall
from orgs.models import Appointment, Post, Tenant, User


class SignInTry(models.Model):
    """One failed sign-in. Global, since it comes before any tenant is known.

    It holds hashes only: a wrong user name is often a password in the wrong field.
    """

    account = models.CharField(max_length=64)
    network = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "登录失败"
        indexes = [
            models.Index(fields=["account", "at"], name="sign_in_try_account"),
            models.Index(fields=["network", "at"], name="sign_in_try_network"),
        ]

    def __str__(self) -> str:
        return f"{self.account[:8]} {self.at:%H:%M:%S}"


class SignInRules(models.Model):
    """How the people of a tenant sign in. Global, since it is asked before any scope."""

    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="+", verbose_name="地区"
    )
    profile = models.CharField("密码要求", max_length=10, choices=Profile, default=Profile.PLAIN)
    idle_minutes = models.PositiveSmallIntegerField(
        "无操作退出（分钟）",
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
    )
    longest_hours = models.PositiveSmallIntegerField(
        "一次登录最长（小时）",
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
    )
    words = models.TextField(
        "禁用词", blank=True, help_text="每行一个，密码里不得出现，如地名、单位简称。"
    )

    class Meta:
        verbose_name = "登录规则"
        verbose_name_plural = "登录规则"
        constraints = [models.UniqueConstraint(fields=["tenant"], name="sign_in_rules_once")]

    def __str__(self) -> str:
        return f"{self.tenant}登录规则"

    @property
    def forbidden_words(self) -> list[str]:
        return [word for word in (line.strip() for line in self.words.splitlines()) if word]


class Invitation(TenantOwned):
    """A link that seats its bearer in one post, once (邀请任职).

    Only a hash is kept: who reads the table cannot use it.
    """

    reach_path: ClassVar[str | None] = "post__unit__path"

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", verbose_name="职务")
    person_name = models.CharField("姓名", max_length=40)
    secret_hash = models.CharField(max_length=64, editable=False)
    expires_at = models.DateTimeField("失效时间")
    created_at = models.DateTimeField("发出时间", auto_now_add=True)
    created_by = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="+", verbose_name="邀请人"
    )
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    used_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "任职邀请"
        ordering = ["-id"]
        constraints = [
            *wall("identity_invitation", post_id="orgs_post", created_by_id="orgs_appointment"),
            models.UniqueConstraint(
                fields=["tenant", "secret_hash"], name="invitation_secret_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_name}：{self.post}"

    @property
    def status(self) -> str:
        if self.used_at:
            return "已使用"
        if self.revoked_at:
            return "已撤回"
        return "已过期" if self.expires_at <= timezone.now() else "待使用"


class AccessToken(TenantOwned):
    """A key of a machine that acts for one post, as far as its scopes and until its end."""

    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="+", verbose_name="任职"
    )
    name = models.CharField("用途", max_length=60)
    secret_hash = models.CharField(max_length=64, editable=False)
    hint = models.CharField("令牌末四位", max_length=4, editable=False)
    scopes = ArrayField(models.CharField(max_length=80), verbose_name="范围")
    expires_at = models.DateTimeField("失效时间")
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "接口令牌"
        ordering = ["-id"]
        constraints = [
            *wall("identity_accesstoken", appointment_id="orgs_appointment"),
            models.UniqueConstraint(
                fields=["tenant", "secret_hash"], name="access_token_secret_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> str:
        if self.revoked_at:
            return "已停用"
        return "已过期" if self.expires_at <= timezone.now() else "有效"


class SupportAccess(TenantOwned):
    """A platform operator's way into one tenant: asked with a reason, and it ends by itself."""

    operator = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name="平台运维"
    )
    reason = models.TextField("理由")
    ticket = models.CharField("工单号", max_length=40)
    started_at = models.DateTimeField("开始时间", auto_now_add=True)
    ends_at = models.DateTimeField("结束时间")
    ended_at = models.DateTimeField("提前结束", null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "平台支持进入"
        ordering = ["-id"]
        constraints = [
            *wall("identity_supportaccess"),
            models.CheckConstraint(
                condition=models.Q(ends_at__lte=models.F("started_at") + timedelta(hours=4)),
                name="support_four_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"平台支持{self.ticket}"

    @property
    def runs(self) -> bool:
        return self.ended_at is None and self.ends_at > timezone.now()


class EnterpriseDirectory(models.Model):
    """A directory whose members may sign in, bound to one tenant by the platform.

    Global, since it is asked before any tenant is known. The secret lies encrypted.
    """

    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="+", verbose_name="地区"
    )
    vendor = models.CharField("类型", max_length=10, choices=Vendor)
    name = models.CharField("按钮名称", max_length=40, help_text="如“示范市政务企业微信”。")
    corporation = models.CharField("单位标识", max_length=200, help_text="CorpID；OIDC填issuer。")
    client = models.CharField("应用标识", max_length=200, blank=True)
    agent = models.CharField("AgentID", max_length=40, blank=True)
    secret = models.TextField("应用密钥（已加密）", editable=False)
    sign_in_url = models.URLField("扫码登录地址")
    api_url = models.URLField("接口地址", help_text="末尾不带斜杠。")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "统一登录"
        verbose_name_plural = "统一登录"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "vendor", "corporation"], name="directory_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def open_secret(self) -> str:
        return unsealed(self.secret)


class EnterpriseMember(models.Model):
    """Which account a member of a directory is; made by the platform, never by signing in."""

    directory = models.ForeignKey(
        EnterpriseDirectory, on_delete=models.CASCADE, related_name="members", verbose_name="目录"
    )
    subject = models.CharField("成员标识", max_length=200)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name="账号")

    class Meta:
        verbose_name = "统一登录成员"
        verbose_name_plural = "统一登录成员"
        constraints = [
            models.UniqueConstraint(fields=["directory", "subject"], name="member_subject_once"),
            models.UniqueConstraint(fields=["directory", "user"], name="member_user_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}：{self.user}"
