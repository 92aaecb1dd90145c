"""Reading of lists from other departments: headings told by their words, cells by their kind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.kernel.numbers import NotANumber, read_number
from ledger.enums import EntryKind, Industry, Operation
from ledger.text import fault_of_code, plain_code
from orgs.imports import MAX_COLUMNS, MAX_ROWS, cell_text, table_lines

#: field → label, then the headings that departments give it.
HEADINGS: dict[str, tuple[str, ...]] = {
    "name": ("单位名称", "企业名称", "名称", "市场主体名称", "纳税人名称", "参保单位名称",
             "社会组织名称", "机构名称", "单位", "企业"),
    "credit_code": ("统一社会信用代码", "社会信用代码", "信用代码", "纳税人识别号",
                    "统一信用代码", "统一代码"),
    "place": ("属地", "属地单位", "所属乡镇", "乡镇街道", "镇街", "所在乡镇街道", "所属街道",
              "管辖单位", "所属镇街"),
    "kind": ("单位类别", "企业类型", "类型", "市场主体类型", "登记注册类型", "主体类型"),
    "industry": ("行业门类", "行业", "所属行业", "行业类别", "国民经济行业"),
    "operation": ("经营状态", "登记状态", "状态", "存续状态", "企业状态"),
    "address": ("详细地址", "地址", "住所", "经营场所", "注册地址", "生产经营地址"),
    "legal_person": ("法定代表人", "法人", "法人代表", "负责人", "经营者"),
    "contact": ("联系人", "财务负责人"),
    "contact_phone": ("联系电话", "电话", "联系方式", "手机"),
    "founded_on": ("成立日期", "成立时间", "注册日期", "登记日期"),
    "worker_count": ("职工总数", "职工人数", "从业人数", "参保人数", "从业人员", "人数",
                     "用工人数"),
    "women_count": ("女职工", "女职工人数", "女职工数"),
    "party_member_count": ("正式党员", "党员数", "党员人数", "党员"),
    "member_count": ("工会会员", "会员数", "会员人数", "会员"),
}  # fmt: skip
LABELS = {name: words[0] for name, words in HEADINGS.items()}
COUNTS = ("worker_count", "women_count", "party_member_count", "member_count")
_LENGTHS = {"name": 120, "address": 200, "legal_person": 40, "contact": 40, "contact_phone": 30}
_FIELD = {word: name for name, words in HEADINGS.items() for word in words}

#: Endings and words of the kinds that departments write, the surer first.
_KIND_WORDS: tuple[tuple[str, EntryKind], ...] = (
    ("个体", EntryKind.HOUSEHOLD),
    ("合作社", EntryKind.COOPERATIVE),
    ("民办非企业", EntryKind.SERVICE),
    ("社会服务机构", EntryKind.SERVICE),
    ("社会团体", EntryKind.ASSOCIATION),
    ("基金会", EntryKind.FOUNDATION),
    ("港澳台", EntryKind.FOREIGN),
    ("外商", EntryKind.FOREIGN),
    ("外资", EntryKind.FOREIGN),
    ("国有", EntryKind.STATE),
    ("国企", EntryKind.STATE),
    ("全民所有", EntryKind.STATE),
    ("集体", EntryKind.COLLECTIVE),
    ("平台", EntryKind.PLATFORM),
    ("私营", EntryKind.PRIVATE),
    ("民营", EntryKind.PRIVATE),
    ("自然人", EntryKind.PRIVATE),
    ("有限责任公司", EntryKind.PRIVATE),
    ("有限公司", EntryKind.PRIVATE),
    ("个人独资", EntryKind.PRIVATE),
    ("合伙", EntryKind.PRIVATE),
)
_OPERATION_WORDS: tuple[tuple[str, Operation], ...] = (
    ("注销", Operation.DEREGISTERED),
    ("吊销", Operation.REVOKED),
    ("迁出", Operation.MOVED),
    ("停业", Operation.PAUSED),
    ("歇业", Operation.PAUSED),
    ("非正常", Operation.PAUSED),
    ("存续", Operation.OPEN),
    ("在营", Operation.OPEN),
    ("开业", Operation.OPEN),
    ("在业", Operation.OPEN),
    ("正常", Operation.OPEN),
)
_DATE = re.compile(r"^(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?$")


def read_list(content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Headings, and the other lines with their numbers, as people read them."""
    headings: list[str] | None = None
    rows: list[tuple[int, list[str]]] = []
    for number, line in enumerate(table_lines(content), start=1):
        if len(line) > MAX_COLUMNS:
            raise DomainError(f"名单超过{MAX_COLUMNS}列，请删除多余的列后再上传。")
        if number > MAX_ROWS + 1:
            raise DomainError(f"名单超过{MAX_ROWS:,}行，请按乡镇拆开，分批比对。")
        cells = [cell_text(value) for value in line]
        if not any(cells):
            continue
        if headings is None:
            # A title over the table fills one cell of its line.
            if sum(bool(cell) for cell in cells) < 2 and len(cells) > 1:
                continue
            headings = [cell[:100] for cell in cells]
        else:
            rows.append((number, cells))
    if headings is None or not rows:
        raise DomainError("名单里没有内容，请检查后重新选择。")
    return headings, rows


def guess_mapping(headings: Sequence[str]) -> dict[str, int]:
    """Columns whose heading says what they are."""
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        plain = re.sub(r"\(.*?\)|[\s*:：]", "", unicodedata.normalize("NFKC", heading))
        name = _FIELD.get(plain)
        if name and name not in found:
            found[name] = place
    return found


def read_cells(
    cells: Sequence[str], mapping: Mapping[str, int]
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """What a line says, field by field, and what is wrong in which cell.

    A blank cell says nothing. Days are kept as text, for the database.
    """
    values: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    for name, place in mapping.items():
        text = cells[place] if place < len(cells) else ""
        if not text:
            continue
        try:
            values[name] = _value(name, text)
        except ValueError as error:
            errors.append({"field": name, "text": text[:60], "message": str(error)})
    if "name" not in values and not any(error["field"] == "name" for error in errors):
        errors.append({"field": "name", "text": "", "message": "没有单位名称，请补充。"})
    if values.get("women_count", 0) > values.get("worker_count", values.get("women_count", 0)):
        errors.append(
            {
                "field": "women_count",
                "text": str(values["women_count"]),
                "message": "女职工多于职工总数，请核对。",
            }
        )
    return values, errors


def _value(name: str, text: str) -> Any:
    if name in COUNTS:
        return _count(text)
    if name == "credit_code":
        code = plain_code(text)
        if fault := fault_of_code(code):
            raise ValueError(fault)
        return code
    if name == "kind":
        return _word(text, _KIND_WORDS, dict(EntryKind.choices), "单位类别")
    if name == "operation":
        return _word(text, _OPERATION_WORDS, dict(Operation.choices), "经营状态")
    if name == "industry":
        return _industry(text)
    if name == "founded_on":
        return _date(text)
    limit = _LENGTHS.get(name, 120)
    if len(text) > limit:
        raise ValueError(f"超过{limit}字，请缩短。")
    return text


def _word(text: str, words: Sequence[tuple[str, Any]], labels: Mapping[str, str], what: str) -> str:
    for key, label in labels.items():
        if text in {key, label}:
            return key
    for word, choice in words:
        if word in text:
            return str(choice.value)
    raise ValueError(f"“{text[:20]}”不是{what}，请填{'、'.join(labels.values())}之一，或留空。")


def _industry(text: str) -> str:
    letter = text[:1].upper()
    if letter in Industry.values and (len(text) == 1 or not text[1:2].isalpha()):
        return letter
    for key, label in Industry.choices:
        if text in label or label in text:
            return key
    raise ValueError(f"“{text[:20]}”不是国民经济行业门类，请填门类名称或字母（A—T），或留空。")


def _count(text: str) -> int:
    try:
        value = read_number(text)
    except NotANumber as error:
        raise ValueError(f"“{text[:20]}”不是数字，请只填整数。") from error
    if value is None or value < 0 or value != int(value) or value > 2_000_000_000 or "%" in text:
        raise ValueError(f"“{text[:20]}”不是人数，请填0或正整数。")
    return int(value)


def _date(text: str) -> str:
    match = _DATE.match(text.split("T", maxsplit=1)[0].split(" ", maxsplit=1)[0])
    if match is None:
        raise ValueError(f"“{text[:20]}”不是日期，请写成2026-01-31。")
    try:
        day = date(*(int(part) for part in match.groups()))
    except ValueError as error:
        raise ValueError(f"“{text[:20]}”没有这一天，请核对。") from error
    if day > today():
        raise ValueError(f"{day.isoformat()}还没有到，请核对。")
    return day.isoformat()
