"""Choices of the seminars."""

from __future__ import annotations

from django.db import models


class TopicState(models.TextChoices):
    DRAFT = "draft", "填写中"
    APPLIED = "applied", "待立项"
    DECLINED = "declined", "未立项"
    APPROVED = "approved", "已立项"
    OPENED = "opened", "已开题"
    MIDTERM = "midterm", "中期已过"
    FINISHING = "finishing", "待结题"
    CONCLUDED = "concluded", "已结题"
    WITHDRAWN = "withdrawn", "已撤项"


#: A leader holds one topic at a time; these are the ones that count.
RUNNING = (
    TopicState.APPLIED,
    TopicState.APPROVED,
    TopicState.OPENED,
    TopicState.MIDTERM,
    TopicState.FINISHING,
)


class TopicLevel(models.TextChoices):
    KEY = "key", "重点课题"
    GENERAL = "general", "一般课题"


class MilestoneKind(models.TextChoices):
    OPENING = "opening", "开题报告"
    MIDTERM = "midterm", "中期报告"
    FINAL = "final", "结题报告"
    EXTENSION = "extension", "延期"


class CallState(models.TextChoices):
    DRAFT = "draft", "筹备中"
    OPEN = "open", "征集中"
    CLOSED = "closed", "已截稿"
    REVIEWING = "reviewing", "评审中"
    RANKED = "ranked", "已拟奖"
    NOTICE = "notice", "公示中"
    AWARDED = "awarded", "已公布"


class PaperKind(models.TextChoices):
    PAPER = "paper", "理论文章"
    SURVEY = "survey", "调研报告"
    CASE = "case", "案例研究"


class PaperState(models.TextChoices):
    DRAFT = "draft", "撰写中"
    SUBMITTED = "submitted", "已提交"
    RETURNED = "returned", "退回修改"
    BLINDED = "blinded", "待评审"
    EXCLUDED = "excluded", "不参评"
    WITHDRAWN = "withdrawn", "已撤稿"


class AssignmentState(models.TextChoices):
    ASKED = "asked", "待评"
    DONE = "done", "已评"
    DECLINED = "declined", "已回避"


class SeminarState(models.TextChoices):
    PLANNED = "planned", "筹备中"
    INVITED = "invited", "已通知"
    HELD = "held", "已召开"
    CANCELLED = "cancelled", "已取消"


class ReplyKind(models.TextChoices):
    WAITING = "waiting", "未回复"
    COMING = "coming", "参加"
    ABSENT = "absent", "不参加"


class UptakeState(models.TextChoices):
    TOLD = "told", "待采纳单位确认"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "未采纳"


class UptakeKind(models.TextChoices):
    RULE = "rule", "制度文件"
    RESOLUTION = "resolution", "会议决定"
    PRACTICE = "practice", "工作做法"
    INSTRUCTION = "instruction", "领导批示"
    PRINTED = "printed", "刊物刊发"
