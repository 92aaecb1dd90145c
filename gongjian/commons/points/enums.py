"""Words of the points ledger."""

from __future__ import annotations

from django.db import models


class PointLevel(models.TextChoices):
    """Level of who adopted, published or instructed; from low to high."""

    TOWNSHIP = "township", "乡镇街道"
    COUNTY = "county", "县级"
    CITY = "city", "市级"
    PROVINCE = "province", "省级"
    NATIONAL = "national", "国家级"


class OncePer(models.TextChoices):
    """What a piece that is used several times may count once for."""

    USE = "use", "每次采用都计"
    LEVEL = "level", "同一层级只计一次"
    OUTLET = "outlet", "同一载体只计一次"


class SplitKind(models.TextChoices):
    """How the points of a joint piece are shared among its authors."""

    FULL = "full", "每位作者都计满分"
    EQUAL = "equal", "平均分配"
    RATIO = "ratio", "按署名次序的比例"
    DECLARED = "declared", "按登记时申报的份额"


class Span(models.TextChoices):
    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    YEAR = "year", "全年"


class Trigger(models.TextChoices):
    """What a consequence for a whole unit hangs on."""

    FAILED_COMMISSIONS = "failed_commissions", "约稿未完成次数达到"
    ADOPTION_RATE = "adoption_rate", "采用率低于（%）"
    TOTAL = "total", "得分合计低于"


class Effect(models.TextChoices):
    ZERO = "zero", "该时段得分清零"
    AMOUNT = "amount", "另计分值"
    MARK = "mark", "仅注明，不计分"


class RulesState(models.TextChoices):
    DRAFT = "draft", "草案"
    IN_FORCE = "in_force", "施行"
    REPLACED = "replaced", "已被替代"


#: Kinds of fact that the whole ledger knows; a mechanism may add its own.
SUBMISSION, ADOPTION, COMMISSION_FAILED = "submission", "adoption", "commission_failed"
