"""Words of the bulletins."""

from __future__ import annotations

from django.db import models


class DispatchKind(models.TextChoices):
    """What a dispatch is; each kind has its usual length in characters."""

    EVENT = "event", "工作动态"
    EXPERIENCE = "experience", "经验做法"
    PROBLEM = "problem", "问题反映"
    ADVICE = "advice", "意见建议"
    RESEARCH = "research", "调研报告"
    BRIEF = "brief", "简讯"


#: Characters that are usual for a kind; beyond them the page warns, nothing is refused.
USUAL_LENGTH = {
    DispatchKind.EVENT: 800,
    DispatchKind.EXPERIENCE: 1500,
    DispatchKind.PROBLEM: 1200,
    DispatchKind.ADVICE: 1200,
    DispatchKind.RESEARCH: 5000,
    DispatchKind.BRIEF: 200,
}


class DispatchState(models.TextChoices):
    DRAFT = "draft", "起草"
    SENT = "sent", "已报送"
    EDITING = "editing", "编辑中"
    RETURNED = "returned", "退回修改"
    RESERVED = "reserved", "备用"
    CHOSEN = "chosen", "已编入"
    ADOPTED = "adopted", "已采用"
    DECLINED = "declined", "不采用"
    WITHDRAWN = "withdrawn", "已撤回"


#: States in which the desk has the dispatch in hand.
ON_DESK = frozenset({DispatchState.SENT, DispatchState.EDITING, DispatchState.RESERVED})
#: States in which the unit writes.
WITH_UNIT = frozenset({DispatchState.DRAFT, DispatchState.RETURNED})


class Reason(models.TextChoices):
    """Why a dispatch is not used; one of these and a sentence, so that units learn from it."""

    OLD = "old", "时效已过"
    KNOWN = "known", "内容重复或已刊发"
    ROUTINE = "routine", "属日常工作，缺少新意"
    EMPTY = "empty", "缺少做法、数据或实例"
    UNCLEAR = "unclear", "事实不清，未能核实"
    OUTSIDE = "outside", "不属于本刊范围"
    LONG = "long", "篇幅过长"
    STYLE = "style", "文字需大幅修改"
    SPACE = "space", "版面已满"
    OTHER = "other", "其他"


class IssueKind(models.TextChoices):
    REGULAR = "regular", "正刊"
    EXTRA = "extra", "增刊"


class IssueState(models.TextChoices):
    MAKING = "making", "编排中"
    FIRST = "first", "待初审"
    SECOND = "second", "待复审"
    FINAL = "final", "待终审"
    SIGNING = "signing", "待签发"
    SIGNED = "signed", "已签发"
    SENT_OUT = "sent_out", "已印发"


class IssueMailState(models.TextChoices):
    DRAFT = "draft", "草稿"
    RELEASED = "released", "已放行"
    DISCARDED = "discarded", "已作废"


class MailOutcome(models.TextChoices):
    WAITING = "waiting", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "未成功"


class ReviewStep(models.TextChoices):
    FIRST = "first", "初审（一校）"
    SECOND = "second", "复审（二校）"
    FINAL = "final", "终审（三校）"
    SIGN = "sign", "签发"


class CommissionState(models.TextChoices):
    ASKED = "asked", "待接收"
    ACCEPTED = "accepted", "撰写中"
    DELIVERED = "delivered", "已交稿"
    FAILED = "failed", "未完成"
    RELEASED = "released", "已免除"


class CaseKind(models.TextChoices):
    TYPICAL = "typical", "典型"
    BRAND = "brand", "品牌"
    HIGHLIGHT = "highlight", "亮点"
    SPARK = "spark", "闪光点"


class CaseState(models.TextChoices):
    DRAFT = "draft", "起草"
    NOMINATED = "nominated", "已推荐"
    LISTED = "listed", "入库"
    DECLINED = "declined", "未入库"


class CopyState(models.TextChoices):
    """A unit that does what a case shows; confirmed by that unit itself."""

    PROPOSED = "proposed", "待该单位确认"
    CONFIRMED = "confirmed", "已复制推广"
    REFUSED = "refused", "未采用"
