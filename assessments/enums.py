"""Words of the assessment: methods, modes, states, grades, kinds of commendation."""

from __future__ import annotations

from django.db import models


class Method(models.TextChoices):
    """How a figure becomes points."""

    PROPORTIONAL = "proportional", "按比例计分"
    TIMED = "timed", "按时序进度计分"
    INVERSE = "inverse", "反向比例计分"
    PASS = "pass", "达标计分"
    STEPPED = "stepped", "分档计分"
    BAND = "band", "区间计分"
    DEDUCT = "deduct", "扣分到零"
    SHORTFALL = "shortfall", "缺项扣分"
    JUDGED = "judged", "评委评分"
    BONUS = "bonus", "加分"
    SURPLUS = "surplus", "超额加分"
    PENALTY = "penalty", "另行扣分"
    VETO = "veto", "一票否决"


#: Beside the full score: these carry no weight and count in every group.
EXTRA_METHODS = frozenset({Method.BONUS, Method.SURPLUS, Method.PENALTY, Method.VETO})
#: Decided case by case in the ledger, with evidence and an approver.
LEDGER_METHODS = frozenset({Method.BONUS, Method.PENALTY, Method.VETO})


class Mode(models.TextChoices):
    """Whether an item may carry weight (``product.md`` rule R2)."""

    SCORED = "scored", "计分"
    TRACK = "track", "只跟踪"
    RESTRICTED = "restricted", "限制使用"


class FullScore(models.IntegerChoices):
    HUNDRED = 100, "百分制（100 分）"
    THOUSAND = 1000, "千分制（1000 分）"


class SchemeState(models.TextChoices):
    DRAFT = "draft", "起草"
    PUBLISHED = "published", "已印发"
    ARCHIVED = "archived", "已归档"


class RunState(models.TextChoices):
    RUNNING = "running", "计算中"
    COMPUTED = "computed", "已测算"
    PROPOSED = "proposed", "待审定"
    DECIDED = "decided", "已审定"
    NOTICED = "noticed", "公示中"
    WITHDRAWN = "withdrawn", "已撤回重算"
    PUBLISHED = "published", "已公布"


class ReviewState(models.TextChoices):
    WAITING = "waiting", "待自评"
    SELF_ASSESSED = "self_assessed", "待初评"
    REVIEWED = "reviewed", "已初评"
    RECHECKED = "rechecked", "已复核"


class FindingStage(models.TextChoices):
    """Later stages overrule earlier ones, in this order; the unit's own word never counts."""

    SELF = "self", "自评"
    REVIEW = "review", "初评"
    RECHECK = "recheck", "抽查复核"
    OBJECTION = "objection", "异议复核"


class ObjectionState(models.TextChoices):
    RAISED = "raised", "待复核"
    UPHELD = "upheld", "成立"
    REJECTED = "rejected", "不成立"


class EntryState(models.TextChoices):
    """An entry of the ledger of bonus, penalty and veto."""

    DRAFT = "draft", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    LIFTED = "lifted", "已解除"


class Grade(models.TextChoices):
    EXCELLENT = "excellent", "优秀"
    GOOD = "good", "良好"
    QUALIFIED = "qualified", "合格"
    UNQUALIFIED = "unqualified", "不合格"


class CommendationKind(models.TextChoices):
    """Praise is always available; titles need an approved project (R4)."""

    PRAISE = "praise", "通报表扬"
    HONOUR = "honour", "表彰"


class CommendationState(models.TextChoices):
    DRAFT = "draft", "起草"
    DECIDED = "decided", "已审定"
    ISSUED = "issued", "已印发"


#: States of a run whose result is official and may be ranked on screen (R6).
OFFICIAL = (RunState.DECIDED, RunState.NOTICED, RunState.PUBLISHED)
#: States that the assessed units may see.
OPEN_TO_UNITS = (RunState.NOTICED, RunState.PUBLISHED)
