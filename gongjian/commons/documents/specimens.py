"""Invented documents, one of each layout: for the eye, the rule and the printing test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gongjian.commons.documents.contexts import Attachment, CircularContext, Column
from gongjian.commons.documents.layouts import (
    Block,
    Cell,
    FormContext,
    Layout,
    LedgerContext,
    layouts,
    specimen_of,
)
from gongjian.commons.documents.sheet_contexts import (
    AmendmentRow,
    BulletinContext,
    BulletinPiece,
    FindingRow,
    OrderContext,
    RectificationContext,
    ResponsibilityContext,
    SignRow,
    SignSheetContext,
    TargetRow,
    TargetSection,
)

ORGANS = (
    "中共示范市委组织部",
    "示范市总工会",
    "示范市人力资源局",
    "示范市工商业联合会",
    "共青团示范市委",
)
GROUP = "示范市党建带工建工作领导小组"
NAMES = ("王𬭎", "张㛃", "李堃", "陈喆", "周頔", "赵犇", "欧阳春晓", "吴明")
NUMBER = "示党工组\u30142026\u30153号"
PARAGRAPH = (
    "全市各级党组织、工会组织认真落实党工共建目标任务责任制，坚持“以党带工、以工促党”，"
    "同步推进组织组建和作用发挥，涌现出一批成绩突出的先进集体和先进个人，"
    "25人以上单位建会率达到92.4%，办结职工诉求1,204件。"
)
BODY = (
    f"{PARAGRAPH}经研究，决定予以通报。\n"
    "一、基本情况\n"
    f"（一）组织覆盖持续扩大。{PARAGRAPH}\n"
    f"（二）服务职工更加扎实。{PARAGRAPH}\n"
    "二、有关要求\n"
    f"1. 逐项对照目标任务查找不足。{PARAGRAPH}\n"
    f"{'、'.join(NAMES)}等同志的做法，由办公室汇编推广。"
)
_LISTING = Attachment(
    title="先进个人名单",
    columns=(Column("序号", 10), Column("姓名", 20), Column("单位", 45), Column("职务", 25)),
    rows=[[str(n + 1), NAMES[n % 8], "星火机械公司党支部", "工会主席"] for n in range(40)],
)


def circular(organs: int = 1, *, length: int = 1, seal_mm: int = 42) -> Mapping[str, Any]:
    """A red-headed document of one to five organs; ``length`` repeats its text."""
    heads = list(ORGANS[:organs]) if organs > 1 else [GROUP]
    context = CircularContext(
        organs=heads,
        title="关于2026年度党工共建目标任务责任制考核情况的通报",
        main_recipients="各县（市、区）委组织部、总工会，市直各单位党委（党组）、工会",
        body="\n".join([BODY] * length),
        attachments=[_LISTING] if length == 1 else [],
        seal_mm=seal_mm,
        remark="此件公开发布",
        copy_recipients="市委办公室，市政府办公室，市纪委监委机关",
        printer=f"{GROUP}办公室",
    )
    return specimen_of(context, number=NUMBER)


def upward() -> Mapping[str, Any]:
    context = CircularContext(
        organs=["示范市总工会"],
        title="关于申请核定2026年度党工共建表彰项目的请示",
        main_recipients="市委",
        body=f"{BODY}\n妥否，请批示。",
        remark="联系人：周頔，电话：0000-1234567",
        copy_recipients="市委组织部",
        printer="示范市总工会办公室",
        signer="王𬭎",
    )
    return specimen_of(context, number="示工\u30142026\u301512号")


def letter() -> Mapping[str, Any]:
    context = CircularContext(
        organs=[GROUP],
        title="关于商请提供2026年新建企业名单的函",
        main_recipients="市市场监督管理局",
        body=f"{PARAGRAPH}\n为掌握新建企业情况，商请贵局提供2026年新登记企业名单。\n请予支持为盼。",
        remark="联系人：张㛃，电话：0000-1234567",
        copy_recipients="市委组织部，市总工会",
    )
    return specimen_of(context, number="示党工函\u30142026\u30157号")


def minutes() -> Mapping[str, Any]:
    context = CircularContext(
        organs=[GROUP],
        title="第三次联席会议纪要",
        main_recipients="",
        body=(
            f"2026年11月20日，李堃在市总工会会议室主持召开第三次联席会议。现将会议议定事项纪要如下：\n"
            f"一、通报第三季度目标任务进展\n{PARAGRAPH}\n二、研究双组双建工作\n{PARAGRAPH}\n"
            "出席：李堃（市委组织部副部长），陈喆（市总工会副主席），周頔（市人力资源局副局长），"
            "赵犇（市工商业联合会副主席）。\n列席：欧阳春晓（领导小组办公室）。\n请假：吴明（市财政局）。"
        ),
        seal_mm=0,
        copy_recipients="领导小组成员单位",
        printer=f"{GROUP}办公室",
    )
    return specimen_of(context, number="示党工组纪\u30142026\u30153号")


def nomination_form() -> Mapping[str, Any]:
    def label(text: str) -> Cell:
        return Cell(text, is_label=True)

    sign = "年　　月　　日"
    context = FormContext(
        title="优秀工会工作者推荐审批表",
        byline="推荐单位：清河县总工会",
        number="编号：2026-0017",
        rows=[
            [label("姓　名"), Cell("王𬭎"), label("性别"), Cell("女"),
             Cell("照片", columns=2, rows=3, is_picture=True)],
            [label("出生年月"), Cell("1986年4月"), label("民族"), Cell("汉族")],
            [label("政治面貌"), Cell("中共党员"), label("学历"), Cell("大学")],
            [label("单位职务"), Cell("星火机械公司工会主席", columns=5)],
        ],
        blocks=[
            Block("主要事迹", PARAGRAPH, height_mm=58),
            Block("所在单位意见", "同意推荐。", sign=sign, height_mm=27),
            Block("县级审核意见", "", sign=sign, height_mm=27),
            Block("市级审批意见", "", sign=sign, height_mm=27),
        ],
        organ=f"{GROUP}办公室制",
        made_on="2026年12月6日",
    )  # fmt: skip
    return {**context.as_values(), "is_draft": False}


def ledger() -> Mapping[str, Any]:
    labels = (("序号", 6), ("单位", 26), ("党组织", 18), ("工会", 18), ("职工数", 10),
              ("建会日期", 12), ("备注", 10))  # fmt: skip
    context = LedgerContext(
        title="2026年双组双建工作台账",
        columns=[Column(label, width) for label, width in labels],
        rows=[
            [str(n), f"第{n}号企业有限公司", "联合党支部", "联合工会", str(20 + n), "2026年3月", ""]
            for n in range(1, 61)
        ],
        organ="清河县总工会",
        period="2026年第四季度",
        notes=["职工数为季末在册人数。"],
        made_on="2026年12月6日",
    )
    return {**context.as_values(), "is_draft": False}


def follow_up_order() -> Mapping[str, Any]:
    return OrderContext(
        title="督办通知单",
        name="新建企业建会进度滞后",
        number="示党工督\u30142026\u30155号",
        organ=f"{GROUP}办公室",
        light="",
        late="",
        urgency="急件",
        basis="第三次联席会议议定事项",
        unit="清河县总工会",
        helpers="清河县委组织部",
        requirement=PARAGRAPH,
        urging="",
        urge_count="0",
        due_on="2026年12月20日",
        contact="张㛃 0000-1234567",
        made_on="2026年12月6日",
    ).as_values()


def rectification_notice() -> Mapping[str, Any]:
    finding = {
        "text": "党员发展计划未报备", "severity": "一般", "again": "", "basis": "目标任务书第3条",
        "demand": "补报计划并公示", "promise": "—",
    }  # fmt: skip
    return RectificationContext(
        title="整改通知书",
        unit="清河县总工会",
        number="示党工整\u30142026\u30152号",
        organ=f"{GROUP}办公室",
        due_on="2026年12月20日",
        visited_on="2026年11月18日",
        visit="第四季度专项督查",
        demand="整改情况纳入年度考核。",
        findings=[FindingRow(**finding, number=str(n)) for n in range(1, 4)],
        contact="李堃 0000-1234567",
        confirmed="陈喆",
        issued_on="2026年11月20日",
    ).as_values()


def responsibility_letter() -> Mapping[str, Any]:
    row = TargetRow("25人以上单位建会率", "%", "90", "6", "2026年12月", "王𬭎")
    letter = ResponsibilityContext(
        organ=f"{GROUP}办公室",
        plan="2026年党工共建工作要点",
        year="2026",
        giver=GROUP,
        unit="清河县总工会",
        count="6",
        sections=[
            TargetSection("一", "组织覆盖", [row] * 3),
            TargetSection("二", "服务职工", [row] * 3),
        ],
        made_on="2026年12月6日",
        giver_principal="李堃",
        principal="陈喆",
        amendments=[AmendmentRow("2026年7月1日", "25人以上单位建会率", "88", "90", "新增工业园区")],
    )
    return {"title": "目标管理责任书", "organ": GROUP, "letters": [letter.as_values()]}


def sign_sheet() -> Mapping[str, Any]:
    return SignSheetContext(
        title="第三次联席会议",
        when="2026年11月20日 9:00",
        label="全体会议",
        organ=f"{GROUP}办公室",
        rows=[
            SignRow(str(n + 1), name, "市总工会", "副主席", "出席")
            for n, name in enumerate(NAMES * 3)
        ],
    ).as_values()


def bulletin() -> Mapping[str, Any]:
    piece = BulletinPiece(
        "清河县联合建会“一站办结”", f"<p>{PARAGRAPH}</p>", "清河县总工会供稿", "基层动态"
    )
    context = BulletinContext(
        name="党工共建简报",
        publisher=f"{GROUP}办公室",
        number="第12期（总第48期）",
        printed_on="2026年12月6日",
        items=[piece] * 3,
        editor_note="本期刊发一组建会经验，供学习参考。",
        report_to="市委、市总工会领导",
        copy_to="领导小组成员单位",
        send_to="各县（市、区）总工会",
        copies="120",
        signed_by="周頔",
    )
    return context.as_values()


for _key, _label, _template, _context, _specimen in (
    ("circular", "通报、决定、通知", "documents/circular.html", CircularContext, circular),
    ("upward", "上行文（请示、报告）", "documents/circular.html", CircularContext, upward),
    ("letter", "信函格式", "documents/letter.html", CircularContext, letter),
    ("minutes", "纪要格式", "documents/minutes.html", CircularContext, minutes),
    ("bulletin", "简报", "documents/bulletin.html", BulletinContext, bulletin),
    ("form", "推荐审批表", "documents/form.html", FormContext, nomination_form),
    ("ledger", "横排台账", "documents/ledger.html", LedgerContext, ledger),
    ("order", "督办单、催办单", "documents/follow_up_order.html", OrderContext, follow_up_order),
    ("rectification", "整改通知书", "documents/rectification_notice.html", RectificationContext,
     rectification_notice),
    ("responsibility", "目标责任书", "documents/responsibility_letter.html", ResponsibilityContext,
     responsibility_letter),
    ("sign_sheet", "签到表", "rolls/sign_sheet.html", SignSheetContext, sign_sheet),
):  # fmt: skip
    layouts.register(Layout(_key, _label, _template, _context, _specimen))


def certificate_rows() -> list[dict[str, Any]]:
    people = [
        {
            "name": name, "unit": "星火机械公司工会",
            "text": "在2026年度党工共建工作中成绩突出，被评为“优秀工会工作者”。",
            "number": f"示工证2026{at:05}", "issuer": "示范市总工会", "issued_on": "2026年12月6日",
            "code": "0001-7F3K-9QWD", "url": "https://gongjian.example.cn/verify/0001-7F3K-9QWD/",
        }
        for at, name in enumerate(NAMES, start=1)
    ]  # fmt: skip
    unit = {**people[0], "name": "清河县总工会", "unit": "", "salutation": "",
            "text": "被评为2026年度党工共建先进集体。"}  # fmt: skip
    return [*people, unit]
