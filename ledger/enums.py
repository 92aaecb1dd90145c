"""Choices of the ledger."""

from __future__ import annotations

from django.db import models


class EntryKind(models.TextChoices):
    """What sort of unit an entry is; rates are asked for enterprises and societies apart."""

    STATE = "state", "国有企业"
    COLLECTIVE = "collective", "集体企业"
    PRIVATE = "private", "私营企业"
    FOREIGN = "foreign", "港澳台和外商投资企业"
    HOUSEHOLD = "household", "个体工商户"
    COOPERATIVE = "cooperative", "农民专业合作社"
    PLATFORM = "platform", "新就业形态平台和站点"
    ASSOCIATION = "association", "社会团体"
    SERVICE = "service", "民办非企业单位"
    FOUNDATION = "foundation", "基金会"
    OTHER = "other", "其他"


#: 非公有制企业, the ground of 党组织覆盖率.
NON_PUBLIC = (EntryKind.PRIVATE, EntryKind.FOREIGN, EntryKind.HOUSEHOLD, EntryKind.PLATFORM)
ENTERPRISES = (EntryKind.STATE, EntryKind.COLLECTIVE, *NON_PUBLIC, EntryKind.COOPERATIVE)
SOCIETIES = (EntryKind.ASSOCIATION, EntryKind.SERVICE, EntryKind.FOUNDATION)


class Industry(models.TextChoices):
    """Sections of the national classification of industries (GB/T 4754)."""

    A = "A", "农、林、牧、渔业"
    B = "B", "采矿业"
    C = "C", "制造业"
    D = "D", "电力、热力、燃气及水生产和供应业"
    E = "E", "建筑业"
    F = "F", "批发和零售业"
    G = "G", "交通运输、仓储和邮政业"
    H = "H", "住宿和餐饮业"
    I = "I", "信息传输、软件和信息技术服务业"  # noqa: E741 -- the letter of the section
    J = "J", "金融业"
    K = "K", "房地产业"
    L = "L", "租赁和商务服务业"
    M = "M", "科学研究和技术服务业"
    N = "N", "水利、环境和公共设施管理业"
    O = "O", "居民服务、修理和其他服务业"  # noqa: E741 -- the letter of the section
    P = "P", "教育"
    Q = "Q", "卫生和社会工作"
    R = "R", "文化、体育和娱乐业"
    S = "S", "公共管理、社会保障和社会组织"
    T = "T", "国际组织"


class Operation(models.TextChoices):
    OPEN = "open", "在营"
    PAUSED = "paused", "停业"
    MOVED = "moved", "迁出"
    REVOKED = "revoked", "吊销"
    DEREGISTERED = "deregistered", "注销"


class Source(models.TextChoices):
    """Who first told of an entry or of its latest figures."""

    MARKET = "market", "市场监管"
    TAX = "tax", "税务"
    INSURANCE = "insurance", "社会保险"
    CIVIL = "civil", "民政"
    SURVEY = "survey", "摸排走访"
    OTHER = "other", "其他"


class Form(models.TextChoices):
    """How an organization covers a unit (组建方式)."""

    OWN = "own", "单独组建"
    JOINT = "joint", "联合组建"
    ATTACHED = "attached", "挂靠组建"
    REGIONAL = "regional", "区域统建"
    INDUSTRY = "industry", "行业统建"


class Obstacle(models.TextChoices):
    """Why there is no organization yet (未建原因)."""

    NO_MEMBERS = "no_members", "无党员"
    FEW_MEMBERS = "few_members", "正式党员不足三名"
    SMALL = "small", "规模小、人员流动大"
    OWNER = "owner", "出资人有顾虑"
    WORKERS = "workers", "职工不了解、意愿不强"
    NEW = "new", "新设立"
    OTHER = "other", "其他"


class FoundingState(models.TextChoices):
    """Life of the founding of one organization, cleared one by one (逐一销号)."""

    CLUE = "clue", "线索待核实"
    LISTED = "listed", "应建未建"
    GUIDED = "guided", "指导中"
    PREPARING = "preparing", "筹建中"
    BUILT = "built", "已建"
    DROPPED = "dropped", "不具备条件"


#: Somebody still has to do something.
RUNNING = (
    FoundingState.CLUE,
    FoundingState.LISTED,
    FoundingState.GUIDED,
    FoundingState.PREPARING,
)


class RestructuringKind(models.TextChoices):
    CONVERTED = "converted", "改制"
    MERGED = "merged", "合并"
    SPLIT = "split", "分立"
    BANKRUPT = "bankrupt", "破产重组"


class RestructuringState(models.TextChoices):
    RUNNING = "running", "待健全"
    SOUND = "sound", "已健全"
    ENDED = "ended", "不再适用"


class ImportState(models.TextChoices):
    """Life of a list from another department."""

    UPLOADED = "uploaded", "待对应列"
    COMPARED = "compared", "待决定"
    APPLIED = "applied", "已入账"
    DISCARDED = "discarded", "已放弃"


class Verdict(models.TextChoices):
    """What the comparison says of one row."""

    NEW = "new", "新增"
    CHANGED = "changed", "有变化"
    DOUBTFUL = "doubtful", "疑似"
    VANISHED = "vanished", "未再出现"
    FAULTY = "faulty", "有错误"
    SAME = "same", "一致"


class Decision(models.TextChoices):
    PENDING = "pending", "未决定"
    ACCEPT = "accept", "采纳"
    LINK = "link", "认作同一单位"
    SEPARATE = "separate", "另立新户"
    SKIP = "skip", "不采纳"
