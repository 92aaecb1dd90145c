"""Words of the yearly program: plans, indicators, targets, returns."""

from __future__ import annotations

from django.db import models

# Plans and targets.


class PlanState(models.TextChoices):
    DRAFT = "draft", "拟订中"
    APPROVED = "approved", "已审定"
    ARCHIVED = "archived", "已归档"


class TargetState(models.TextChoices):
    DRAFT = "draft", "待下达"
    ISSUED = "issued", "待签收"
    ACKNOWLEDGED = "acknowledged", "已签收"


class ProposalDecision(models.TextChoices):
    ACCEPTED = "accepted", "已采纳"
    DECLINED = "declined", "未采纳"


class IndicatorKind(models.TextChoices):
    """Hard and soft indicators (硬件指标与软件规划), and what stands beside the score."""

    HARD = "hard", "硬指标"
    SOFT = "soft", "软指标"
    BONUS = "bonus", "加分项"
    DEDUCTION = "deduction", "扣分项"
    VETO = "veto", "一票否决"


class ValueType(models.TextChoices):
    INTEGER = "integer", "整数"
    DECIMAL = "decimal", "小数"
    PERCENT = "percent", "百分比"
    YES_NO = "yes_no", "是/否"


class Mode(models.TextChoices):
    """What an indicator may be used for; a restricted one carries no weight (R2)."""

    SCORED = "scored", "计分"
    TRACK = "track", "只跟踪"
    RESTRICTED = "restricted", "限制使用"


class QuarterlyStyle(models.TextChoices):
    INCREMENTAL = "incremental", "本季发生数"
    CUMULATIVE = "cumulative", "年初至今累计"
    LATEST = "latest", "期末时点数"


class AllocationStyle(models.TextChoices):
    """How the values of the units below relate to the value above."""

    SUMS = "sums", "下级合计等于本级"
    SAME = "same", "各下级与本级相同"
    RATIO = "ratio", "各下级分别确定"
    NONE = "none", "不分解"


class AllocationMethod(models.TextChoices):
    """Ways to propose a division; the clerk may correct each part by hand."""

    EVENLY = "evenly", "平均分配"
    BY_BASE = "base", "按上年基数"
    BY_MEASURE = "measure", "按规模"


class Frequency(models.TextChoices):
    QUARTER = "quarter", "每季"
    HALF_YEAR = "half_year", "每半年"
    YEAR = "year", "每年"


# Returns and their review.


class FormState(models.TextChoices):
    DRAFT = "draft", "拟订中"
    PUBLISHED = "published", "已发布"
    ARCHIVED = "archived", "已停用"


class CellType(models.TextChoices):
    """What a cell of a form holds: the kinds of an indicator, and a choice."""

    INTEGER = "integer", "整数"
    DECIMAL = "decimal", "小数"
    PERCENT = "percent", "百分比"
    YES_NO = "yes_no", "是/否"
    CHOICE = "choice", "单选"
    TEXT = "text", "文字"
    DATE = "date", "日期"
    FILE = "file", "文件"


#: Kinds of cells that hold words; they have no slot and are never summed.
WORDS = frozenset({CellType.TEXT, CellType.DATE, CellType.FILE})


class Blank(models.TextChoices):
    """What it means when a cell is left blank."""

    REQUIRED = "required", "必填"
    REMARK = "remark", "可空，须说明"
    OPTIONAL = "optional", "可空"


class Severity(models.TextChoices):
    """A hard finding stops the submission; a soft one wants a remark."""

    HARD = "hard", "不通过不能报送"
    SOFT = "soft", "不通过须写说明"


class Missing(models.TextChoices):
    """What a check does when a figure it needs is missing."""

    SKIP = "skip", "不检查"
    ZERO = "zero", "按 0 计"
    REPORT = "report", "算不通过"


class BurdenState(models.TextChoices):
    ASKED = "asked", "待审定"
    APPROVED = "approved", "同意"
    DECLINED = "declined", "不同意"


class ExceptionState(models.TextChoices):
    ASKED = "asked", "待审批"
    GRANTED = "granted", "已同意"
    DECLINED = "declined", "未同意"


class ReturnState(models.TextChoices):
    DRAFT = "draft", "填报中"
    SUBMITTED = "submitted", "待审核"
    SENT_BACK = "sent_back", "已退回"
    ACCEPTED = "accepted", "已通过"


class ConsolidationState(models.TextChoices):
    OPEN = "open", "汇总中"
    SUBMITTED = "submitted", "待审核"
    SENT_BACK = "sent_back", "已退回"
    ACCEPTED = "accepted", "已通过"


# Totals.


class Basis(models.TextChoices):
    """Which returns a total counts."""

    ACCEPTED = "accepted", "只含已通过"
    HANDED_IN = "handed_in", "含待审核"


# Classified guidance.


class WorkPlanState(models.TextChoices):
    DRAFT = "draft", "拟订中"
    SUBMITTED = "submitted", "待审定"
    APPROVED = "approved", "已审定"
    SUPERSEDED = "superseded", "已被新版替代"


class DevelopmentState(models.TextChoices):
    DRAFT = "draft", "拟订中"
    SUBMITTED = "submitted", "待审阅"
    SENT_BACK = "sent_back", "已退回"
    APPROVED = "approved", "已同意"


# Workbooks of returns.


class UploadKind(models.TextChoices):
    ONE_UNIT = "unit", "单张报表"
    MANY_UNITS = "children", "下级代报"


class UploadState(models.TextChoices):
    CHECKED = "checked", "待确认"
    FAULTY = "faulty", "有错误"
    APPLIED = "applied", "已导入"


# Extensions of the deadline.


class ExtensionState(models.TextChoices):
    ASKED = "asked", "待审批"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"
