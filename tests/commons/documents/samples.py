"""Contexts of documents with invented organs and people."""

from __future__ import annotations

from typing import Any

NUMBER = "示党工组\u30142026\u30153号"
RARE_NAMES = ("王𬭎", "张㛃", "李堃", "陈喆", "周頔", "赵犇")
BODY = (
    "2026年，全市各级党组织、工会组织认真落实党工共建目标任务责任制，坚持“以党带工、以工促党”，"
    "同步推进组织组建和作用发挥，涌现出一批成绩突出的先进集体和先进个人。经研究，决定予以通报表扬。\n"
    "一、基本情况\n"
    "（一）组织覆盖持续扩大。全年新建党组织38个、工会组织61个，25人以上单位建会率达到92.4%，"
    "小微企业工会覆盖率达到83.1%，双组双建同步率比上年提高4.6个百分点。\n"
    "（二）服务职工更加扎实。各级联合工会办结职工诉求1,204件，办结率97.2%；困难职工建档帮扶实现全覆盖。\n"
    "二、有关要求\n"
    "希望受到表扬的集体和个人珍惜荣誉、再接再厉。各级党组织、工会组织要以先进为榜样，对照目标任务"
    "逐项查找不足，切实减轻基层负担。"
    + "、".join(RARE_NAMES)
    + "等同志的做法，由办公室汇编推广。\n"
    "特此通报。"
)


def circular(**changes: Any) -> dict[str, Any]:
    organs = ["中共示范市委组织部", "示范市总工会"]
    rows = [
        [str(number + 1), RARE_NAMES[number % 6], "星火机械公司党支部", "工会主席"]
        for number in range(40)
    ]
    context: dict[str, Any] = {
        "organs": organs,
        "number": NUMBER,
        "signer": "",
        "copy_number": "",
        "urgency": "",
        "is_draft": False,
        "title": "关于表扬2026年度党工共建目标任务责任制考核先进集体和先进个人的通报",
        "main_recipients": "各县（市、区）委组织部、总工会，市直各单位党委（党组）、工会",
        "body": BODY,
        "attachments": [
            {
                "title": "先进个人名单",
                "text": "",
                "columns": [
                    {"label": "序号", "width": 10},
                    {"label": "姓名", "width": 20},
                    {"label": "单位", "width": 45},
                    {"label": "职务", "width": 25},
                ],
                "rows": rows,
            }
        ],
        "signatures": organs,
        "signed_on": "2026年12月6日",
        "seal_mm": "42",
        "half_seal_mm": "21",
        "remark": "此件公开发布",
        "copy_recipients": "市委办公室，市政府办公室，市纪委监委机关",
        "printer": "示范市总工会办公室",
        "printed_on": "2026年12月6日",
        "verification": {
            "code": "0001-7F3K-9QWD",
            "url": "https://gongjian.example.cn/verify/0001-7F3K-9QWD/",
        },
    }
    return {**context, **changes}


def assessment_report(**changes: Any) -> dict[str, Any]:
    labels = ["领导体系", "组织覆盖", "规范建设", "服务职工", "督查整改"]
    chart = {
        "title": "各维度得分率",
        "labels": labels,
        "series": [
            {"label": "本单位", "values": [95, 88.2, 91, 93.4, 80]},
            {"label": "组内平均", "values": [90, 85, 86, 88, 84]},
        ],
    }
    context: dict[str, Any] = {
        "title": "清河县2026年度党工共建目标任务责任制考核评分报告",
        "organ": "示范市党工共建领导小组办公室",
        "made_on": "2026年12月1日",
        "is_draft": False,
        "total": "91.26",
        "full_score": "100",
        "grade": "优秀",
        "rank": {"group": "县区组", "position": "2", "size": "8"},
        "facts": [{"label": "考核单位", "value": "清河县"}],
        "radar": chart,
        "bars": chart,
        "trend": {
            "title": "历次得分",
            "labels": ["2025年", "2026年"],
            "series": [{"label": "总分", "values": [88.9, 91.26]}],
        },
        "dimensions": [
            {"name": label, "score": "22.05", "weight": "25", "rate": "88.20%"} for label in labels
        ],
        "items": [
            {
                "code": f"B{number:02}",
                "name": "25人以上单位建会率",
                "formula": "6 × min(92.4% ÷ 90%, 1)",
                "source": "台账",
                "weight": "6.00",
                "score": "6.00",
            }
            for number in range(1, 31)
        ],
        "notes": ["得分按四舍五入保留两位小数。"],
        "verification": None,
    }
    return {**context, **changes}
