"""Choices of the commendations."""

from __future__ import annotations

from django.db import models

from orgs.enums import Category


class ProgrammeKind(models.TextChoices):
    """Praise is always available; titles need an approved project (``product.md`` R4)."""

    PRAISE = "praise", "通报表扬"
    HONOUR = "honour", "表彰（授予称号）"


class ProgrammeState(models.TextChoices):
    DRAFT = "draft", "筹备中"
    OPEN = "open", "推荐中"
    REVIEW = "review", "评审中"
    NOTICE = "notice", "公示中"
    DECIDED = "decided", "已决定"


class Holder(models.TextChoices):
    UNIT = "unit", "集体"
    PERSON = "person", "个人"


class NominationState(models.TextChoices):
    DRAFT = "draft", "填写中"
    SENT = "sent", "逐级审核"
    RECOMMENDED = "recommended", "已推荐"
    RETURNED = "returned", "退回修改"
    CHECKED = "checked", "资格合格"
    CHOSEN = "chosen", "拟表彰"
    LEFT_OUT = "left_out", "未入选"
    AWARDED = "awarded", "已表彰"


#: These take a place of the quota of whoever recommended them.
COUNTED = (
    NominationState.RECOMMENDED,
    NominationState.CHECKED,
    NominationState.CHOSEN,
    NominationState.AWARDED,
)
WITH_UNIT = (NominationState.DRAFT, NominationState.RETURNED)


class Trait(models.TextChoices):
    """What ratios are about; of persons said by the unit, of units known from the tree."""

    FRONTLINE = "frontline", "一线职工"
    HEAD = "head", "单位负责人"
    CADRE = "cadre", "处级及以下领导干部"
    WOMAN = "woman", "女性"
    MIGRANT = "migrant", "农民工"
    ENTERPRISE = "enterprise", "企业职工"
    PRIVATE = "private", "非公企业"
    GRASSROOTS = "grassroots", "村和社区"


#: Said of a person when nominating.
PERSONAL = (
    Trait.FRONTLINE,
    Trait.HEAD,
    Trait.CADRE,
    Trait.WOMAN,
    Trait.MIGRANT,
    Trait.ENTERPRISE,
)
#: Known from the unit's category, asked of nobody.
OF_UNIT = {
    Trait.PRIVATE: frozenset({Category.PRIVATE_ENTERPRISE}),
    Trait.GRASSROOTS: frozenset({Category.VILLAGE, Category.COMMUNITY}),
}


class Bound(models.TextChoices):
    AT_LEAST = "at_least", "不少于"
    AT_MOST = "at_most", "不超过"


class Verdict(models.TextChoices):
    AGREED = "agreed", "同意"
    REFUSED = "refused", "不同意"
