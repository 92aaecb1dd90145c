"""What is looked at before a document may be issued."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gongjian.commons.documents.models import OfficialDocument


class Severity(StrEnum):
    REFUSE = "refuse"  # no reason helps
    EXPLAIN = "explain"  # issued only with a recorded reason
    WARN = "warn"  # shown, nothing more


@dataclass(frozen=True, slots=True)
class CheckResult:
    rule: str
    severity: Severity
    message: str


#: Without spaces; the two limits of the rule on short documents (精文减会).
LENGTH_LIMIT = 5000

_COORDINATING = re.compile(r"(领导小组|协调小组|联席会议|指挥部|委员会办公室)")
_COMMANDED = re.compile(r"(党委|党工委|[县区市州乡镇]委|人民政府|政府)$")
_CLASSIFIED = re.compile(r"绝密|机密|秘密[★级]|密级")
_COMMENDED = re.compile(r"表彰|授予.{0,20}(称号|荣誉)")


def text_length(context: Mapping[str, Any]) -> int:
    """字数 of the body, spaces and line breaks not counted."""
    return len(re.sub(r"\s", "", str(context.get("body", ""))))


def run_checks(
    document: OfficialDocument, *, is_directive: bool, is_commendation: bool, length_limit: int
) -> list[CheckResult]:
    """Everything that speaks against issuing the document as it stands."""
    context = document.context
    results = [
        _directive(document, context, is_directive=is_directive),
        _approved(document, is_commendation=is_commendation),
        _unclassified(document, context),
        _length(context, length_limit),
    ]
    return [result for result in results if result is not None]


def _directive(
    document: OfficialDocument, context: Mapping[str, Any], *, is_directive: bool
) -> CheckResult | None:
    # 《党政机关公文处理工作条例》第十七条: a coordinating body may not give
    # directives to lower Party committees and governments (R3).
    if not any(_COORDINATING.search(organ) for organ in document.organs):
        return None
    parts = re.split(r"[、，,；;：]", re.sub(r"（[^）]*）", "", str(context["main_recipients"])))
    commanded = [part for part in map(str.strip, parts) if _COMMANDED.search(part)]
    if not commanded:
        return None
    return CheckResult(
        "R3",
        Severity.EXPLAIN if is_directive else Severity.WARN,
        f"议事协调机构不得向下级党委、政府发布指令性公文，主送机关中有：{'、'.join(commanded)}。"
        "请改由党委或有权部门发文，或主送下级领导小组办公室；确有授权的，请写明授权依据。",
    )


def _approved(document: OfficialDocument, *, is_commendation: bool) -> CheckResult | None:
    text = f"{document.title}\n{document.context.get('body', '')}"
    if document.approval_reference.strip() or not (is_commendation or _COMMENDED.search(text)):
        return None
    return CheckResult(
        "R4",
        Severity.REFUSE,
        "表彰须是经批准的评比达标表彰项目，请填写批准文件的名称和文号；没有批准的，请改为通报表扬。",
    )


def _unclassified(document: OfficialDocument, context: Mapping[str, Any]) -> CheckResult | None:
    texts = [
        document.title,
        *(str(context.get(name, "")) for name in ("body", "remark", "urgency")),
    ]
    found = sorted({match.group() for text in texts for match in _CLASSIFIED.finditer(text)})
    if not found:
        return None
    return CheckResult(
        "R9",
        Severity.REFUSE,
        f"本系统不处理涉密公文，文中出现：{'、'.join(found)}。请删除；确属涉密的，请在涉密系统中办理。",
    )


def _length(context: Mapping[str, Any], limit: int) -> CheckResult | None:
    length = text_length(context)
    if length <= limit:
        return None
    return CheckResult(
        "R10", Severity.WARN, f"正文{length}字，超过{limit}字的篇幅要求，请尽量压缩。"
    )
