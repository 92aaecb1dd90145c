"""What sign-in keeps: tries that failed, and the rules a tenant has chosen."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from gongjian.commons.identity.enums import Profile
from orgs.models import Tenant


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
