"""Choices of the honours."""

from __future__ import annotations

from django.db import models


class HonourKind(models.TextChoices):
    HONOUR = "honour", "表彰"
    PRAISE = "praise", "通报表扬"
    PRIZE = "prize", "评奖"


class HonourLevel(models.TextChoices):
    """Level of who awarded; from low to high."""

    TOWNSHIP = "township", "乡镇街道"
    COUNTY = "county", "县级"
    CITY = "city", "市级"
    PROVINCE = "province", "省级"
    NATIONAL = "national", "国家级"


class HonourState(models.TextChoices):
    VALID = "valid", "有效"
    REVOKED = "revoked", "已撤销"
