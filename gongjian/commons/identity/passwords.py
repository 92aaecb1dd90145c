"""What a password must be: by the profile of the tenant, and in no list of known ones."""

from __future__ import annotations

import re
from functools import cache

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from pypinyin import lazy_pinyin

from gongjian.commons.identity.enums import Profile
from gongjian.commons.identity.queries import rules_of
from orgs.models import Tenant, User

#: Words of the product, which guessers try first.
_WORDS = ("党工共建", "gongjian", "danggong", "danggonggongjian")
#: Signs that stand for letters in passwords that only look clever.
_SIGNS = str.maketrans("013457@$!", "oieastasi")
_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")


class TenantPassword:
    """Validator: the tenants' profiles, their words, and stems of common passwords."""

    def validate(self, password: str, user: User | None = None) -> None:
        rules = rules_of(user) if user is not None else None
        profiles = rules.profiles if rules else frozenset({Profile.PLAIN.value})
        errors = [
            *_profile_errors(password, profiles),
            *_word_errors(password, user, rules.words if rules else ()),
        ]
        if _stem_is_common(password):
            errors.append("这个密码只是在常用密码上加了数字或符号，极易被猜中，请换一个。")
        if user is not None and user.pk and user.check_password(password):
            errors.append("新密码不能与现在的密码相同。")
        if errors:
            raise ValidationError(errors)

    def get_help_text(self) -> str:
        return "不要用姓名、单位、地名、电话或常用密码，也不要只在后面加年份。"


def _profile_errors(password: str, profiles: frozenset[str]) -> list[str]:
    if Profile.ASVS in profiles and len(password) < 15:
        return ["本地区要求密码至少十五个字，可以用几个不相干的词连成一句。"]
    if Profile.DENGBAO in profiles:
        kinds = sum(bool(re.search(kind, password)) for kind in _KINDS)
        if kinds < 3:
            return ["本地区要求密码含大写字母、小写字母、数字、符号中的至少三种。"]
    return []


def _word_errors(password: str, user: User | None, chosen: tuple[str, ...]) -> list[str]:
    words = [*_WORDS, *chosen]
    if user is not None and user.pk:
        words += Tenant.objects.filter(memberships__user=user).values_list("name", flat=True)
    if user is not None:
        words += [user.person_name, user.username]
    plain = password.casefold()
    for word in words:
        for form in (word, "".join(lazy_pinyin(word))):
            if len(form) >= 2 and form.casefold() in plain:
                return [f"密码里不得含“{word}”，这是别人最先猜的词，请换一个。"]
    return []


def _stem_is_common(password: str) -> bool:
    plain = password.casefold().strip("0123456789!@#$%^&*()-_=+.,;:?/\\ ")
    return bool(plain) and bool({plain, plain.translate(_SIGNS)} & _common())


@cache
def _common() -> frozenset[str]:
    """The list that comes with Django: no breached-password service is asked over the network."""
    return frozenset(CommonPasswordValidator().passwords)
