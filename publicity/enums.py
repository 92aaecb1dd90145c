"""Words of the publicity register."""

from __future__ import annotations

from django.db import models


class Medium(models.TextChoices):
    """Class of an outlet; the points rules name it by its label."""

    PARTY_PRESS = "party_press", "党报党刊"
    UNION_PRESS = "union_press", "工会报刊"
    PRESS = "press", "其他报刊"
    TELEVISION = "television", "电视"
    RADIO = "radio", "广播"
    WEB = "web", "新闻网站和客户端"
    OWN = "own", "本单位网站和公众号"


class Genre(models.TextChoices):
    NEWS = "news", "消息"
    FEATURE = "feature", "通讯特写"
    COMMENT = "comment", "评论理论"
    SPECIAL = "special", "专题专版"
    PICTURE = "picture", "图片新闻"
    PROGRAMME = "programme", "音视频节目"


class Origin(models.TextChoices):
    """How it came about: work that does not end in an own article counts as well."""

    OWN = "own", "自采投稿"
    INVITED = "invited", "邀请记者采写"
    LEAD = "lead", "提供新闻线索"


class CampaignState(models.TextChoices):
    DRAFT = "draft", "策划"
    RUNNING = "running", "进行中"
    CLOSED = "closed", "已结束"


class CoverageState(models.TextChoices):
    INTENDED = "intended", "计划中"
    ARRANGED = "arranged", "已与媒体对接"
    DROPPED = "dropped", "不再刊播"


class PlacementState(models.TextChoices):
    DRAFT = "draft", "登记中"
    FILED = "filed", "待核实"
    VERIFIED = "verified", "已核实"
    RETURNED = "returned", "退回补充"
    REJECTED = "rejected", "不予认定"
    WITHDRAWN = "withdrawn", "已撤回"


#: States in which one appearance may stand in the register only once.
STANDING = (PlacementState.FILED, PlacementState.VERIFIED)
#: States in which the unit may still change its entry.
WRITABLE = (PlacementState.DRAFT, PlacementState.RETURNED)
