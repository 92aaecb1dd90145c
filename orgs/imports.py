"""Reading of uploaded tables of units: CSV or XLSX in, clean rows or row errors out."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.kernel.numbers import NotANumber, read_number
from orgs.enums import Category, Level

MAX_BYTES = 8 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 50
#: Errors that are listed before reading stops being helpful.
MAX_ERRORS = 200
_MAX_COUNT = 2_147_483_647

# --- limits of a workbook, which is a ZIP archive that anyone may have forged -------------
_MAX_ENTRIES = 200
_MAX_UNPACKED = 60 * 1024 * 1024
_MAX_RATIO = 200
_CHUNK = 256 * 1024
#: Places of cells and rows; the reader allocates the whole rectangle they span.
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]*)(\d+)["']""")
_ESCAPED_PLACE = re.compile(rb"""\sr\s*=\s*["'][^"']{0,20}&""")

_HEADERS: dict[str, tuple[str, ...]] = {
    "code": ("区划代码", "单位代码", "代码", "编码", "行政区划代码", "机构代码"),
    "name": ("单位名称", "名称", "单位", "单位全称"),
    "parent_code": ("上级代码", "上级单位代码", "上级区划代码", "父级代码", "隶属代码"),
    "level": ("层级", "级别", "单位层级"),
    "category": ("类别", "单位类别", "类型"),
    "worker_count": ("职工数", "职工人数", "职工总数"),
    "member_count": ("会员数", "会员人数", "工会会员数"),
    "party_member_count": ("党员数", "党员人数"),
    "enterprise_count": ("企业数", "企业个数"),
}
LABELS = {name: words[0] for name, words in _HEADERS.items()}
_REQUIRED = ("code", "name", "parent_code", "level")
COUNTS = ("worker_count", "member_count", "party_member_count", "enterprise_count")
_FIELD_OF_HEADER = {word: name for name, words in _HEADERS.items() for word in words}

_LEVEL_WORDS: dict[Level, tuple[str, ...]] = {
    Level.PROVINCE: ("省", "省级", "自治区", "直辖市"),
    Level.PREFECTURE: ("市", "地市", "市级", "地级市", "设区市", "地级"),
    Level.COUNTY: ("县区", "县", "区", "县级", "县级市", "县市区", "区县"),
    Level.TOWNSHIP: ("乡镇街道", "乡镇", "乡", "镇", "街道", "系统", "园区", "乡级"),
    Level.GRASSROOTS: ("村社区企业", "村社区", "村", "社区", "企业", "基层", "基层单位"),
}
_LEVEL_OF_WORD = {word: level for level, words in _LEVEL_WORDS.items() for word in words}
_LEVEL_OF_WORD |= {"机关事业单位": Level.GRASSROOTS, "社会组织": Level.GRASSROOTS}
_CATEGORY_OF_WORD: dict[str, Category] = {
    **{category.label: category for category in Category},
    "民营企业": Category.PRIVATE_ENTERPRISE,
    "私营企业": Category.PRIVATE_ENTERPRISE,
    "非公有制企业": Category.PRIVATE_ENTERPRISE,
    "国企": Category.STATE_ENTERPRISE,
    "机关": Category.INSTITUTION,
    "事业单位": Category.INSTITUTION,
    "开发区": Category.PARK,
}
#: Endings of names that tell the kind of a unit at the two lower levels, the surer first.
_TOWNSHIP_ENDINGS = (
    (Category.STREET, ("街道", "街道办", "街道办事处")),
    (Category.PARK, ("园区", "开发区", "高新区", "管委会", "度假区")),
    (Category.SYSTEM, ("系统", "局", "工委", "委员会")),
    (Category.TOWN, ("镇", "乡", "苏木")),
)
_GRASSROOTS_ENDINGS = (
    (Category.COMMUNITY, ("社区", "居委会", "居民委员会", "居民区", "生活区")),
    (Category.VILLAGE, ("村", "村委会", "村民委员会", "嘎查")),
    (Category.PRIVATE_ENTERPRISE, ("公司", "厂", "集团", "企业", "商场", "酒店", "合作社")),
    (Category.SOCIAL, ("协会", "商会", "学会", "基金会", "联合会")),
    (Category.INSTITUTION, ("局", "院", "学校", "小学", "中学", "中心", "所", "委员会")),
)
_CODE = re.compile(r"[A-Za-z0-9_\-]{1,30}")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One line of the table; None where the file says nothing, so nothing is changed."""

    number: int
    code: str
    name: str
    parent_code: str
    level: str
    #: Word in the file, or "" when the kind has to be guessed.
    category: str = ""
    level_word: str = ""
    worker_count: int | None = None
    member_count: int | None = None
    party_member_count: int | None = None
    enterprise_count: int | None = None

    def dump(self) -> dict[str, Any]:
        """As plain values for the database."""
        return asdict(self)

    @classmethod
    def load(cls, values: dict[str, Any]) -> UnitRow:
        return cls(**{item.name: values[item.name] for item in fields(cls)})


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one cell, and what to do."""

    row: int
    column: str
    message: str


@dataclass(slots=True)
class Reading:
    """What a file holds; ``ignored`` names the columns that were passed over."""

    rows: list[UnitRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    #: Every code of the file, faulty rows included, with the row it first stands in.
    codes: dict[str, int] = field(default_factory=dict)

    def complain(self, row: int, column: str, message: str) -> None:
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(RowError(row, column, message))


def read_units(content: bytes, file_name: str = "") -> Reading:
    """Read a table of units, whatever program saved it.

    A file that cannot be read at all is refused as a whole; faults of single
    cells are collected, so that one round of corrections is enough.
    """
    return _read_lines(table_lines(content))


def table_lines(content: bytes) -> Iterable[Sequence[Any]]:
    """The lines of a CSV file or of a workbook's first sheet, whatever program saved it."""
    if not content.strip():
        raise DomainError("文件是空的，请检查后重新选择。")
    if len(content) > MAX_BYTES:
        raise DomainError("文件超过8兆字节，请按县区拆开，分批导入。")
    if content.startswith(b"PK\x03\x04"):
        return workbook_lines(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DomainError("这是旧版 .xls 或带密码的工作簿，请另存为 .xlsx 或 CSV 后再上传。")
    return _csv_lines(content)


# --- CSV --------------------------------------------------------------------------------


def _csv_lines(content: bytes) -> Iterator[Sequence[str]]:
    text = _decode(content)
    first = text.split("\n", 1)[0]
    delimiter = "\t" if "\t" in first and "," not in first else ","
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise DomainError("文件不是规范的 CSV，请在表格软件里重新另存为 CSV。") from error


def _decode(content: bytes) -> str:
    """UTF-8 with or without BOM, else GB18030, which spreadsheet programs write by default."""
    if b"\x00" not in content:
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise DomainError("文件编码认不出来，请另存为“CSV UTF-8”或 .xlsx 后再上传。")


# --- XLSX -------------------------------------------------------------------------------


def workbook_lines(content: bytes) -> Iterator[Sequence[Any]]:
    _check_workbook(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = workbook.get_sheet_by_index(0)
        lines = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise DomainError("工作簿读不出来，请用表格软件打开后另存为 .xlsx 再上传。") from error
    yield from lines


def _check_workbook(content: bytes) -> None:
    """Refuse archives that would unpack to something far larger than they look."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names:
                raise DomainError("这不是 .xlsx 工作簿，请另存为 .xlsx 或 CSV 后再上传。")
            unpacked = sum(entry.file_size for entry in entries)
            if (
                len(entries) > _MAX_ENTRIES
                or unpacked > _MAX_UNPACKED
                or unpacked > _MAX_RATIO * len(content)
            ):
                raise DomainError("工作簿内容过大，请只保留要导入的一张表，另存后再上传。")
            for entry in entries:
                _check_entry(archive, entry)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise DomainError("工作簿已损坏或带密码，请另存为新的 .xlsx 后再上传。") from error


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    # Reading to the end also proves the stated size: an entry that lies fails its checksum.
    seen, tail = 0, b""
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            seen += len(chunk)
            if seen > _MAX_UNPACKED:
                raise DomainError("工作簿内容过大，请只保留要导入的一张表，另存后再上传。")
            if "worksheets/" in entry.filename or "sheet" in entry.filename:
                _check_places(tail + chunk)
                tail = chunk[-64:]


def _check_places(xml: bytes) -> None:
    if _ESCAPED_PLACE.search(xml):
        raise DomainError("工作簿格式不规范，请用表格软件另存为 .xlsx 后再上传。")
    for letters, digits in _PLACE.findall(xml):
        if len(letters) > 3 or _column_number(letters) > MAX_COLUMNS:
            raise _too_many_columns()
        if len(digits) > 7 or int(digits) > MAX_ROWS + 1:
            raise _too_many_rows()


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _too_many_columns() -> DomainError:
    return DomainError(f"表格超过{MAX_COLUMNS}列，请删除多余的列（包括空白列）后再上传。")


def _too_many_rows() -> DomainError:
    return DomainError(f"表格超过{MAX_ROWS:,}行，请删除空白行或按县区拆开，分批导入。")


# --- lines to rows ----------------------------------------------------------------------


def cell_text(value: Any) -> str:
    """A cell as a person reads it: whole numbers without ``.0``, nothing invisible."""
    if value is None:
        return ""
    if isinstance(value, float):
        # Beyond fifteen digits a spreadsheet has already lost some; show that it did.
        value = int(value) if value.is_integer() and abs(value) < 1e15 else f"{value:G}"
    if isinstance(value, (date, datetime)):
        value = value.isoformat()
    spaced = " ".join(str(value).split())
    return "".join(letter for letter in spaced if letter.isprintable())


def _plain(word: str) -> str:
    """A heading or level without widths, brackets and separators: 县（市、区） → 县市区."""
    return re.sub(r"[\s、,/·*()\[\]:_]+", "", unicodedata.normalize("NFKC", word))


def _read_lines(lines: Iterable[Sequence[Any]]) -> Reading:
    reading, columns = Reading(), None
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_COLUMNS:
            raise _too_many_columns()
        if number > MAX_ROWS + 1:
            raise _too_many_rows()
        cells = [cell_text(value) for value in line]
        if not any(cells):
            continue
        if columns is None:
            columns = _columns(cells, reading)
        else:
            _read_row(number, cells, columns, reading)
    if columns is None or not (reading.rows or reading.errors):
        raise DomainError("文件里只有表头，没有单位，请填写后再上传。")
    return reading


def _columns(cells: Sequence[str], reading: Reading) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, cell in enumerate(cells):
        heading = re.sub(r"\(.*?\)", "", unicodedata.normalize("NFKC", cell))
        name = _FIELD_OF_HEADER.get(_plain(heading))
        if name is None:
            reading.ignored += [cell] if cell else []
        elif name in columns:
            raise DomainError(f"有两列都是“{LABELS[name]}”，请只保留一列。")
        else:
            columns[name] = place
    if missing := [LABELS[name] for name in _REQUIRED if name not in columns]:
        raise DomainError(f"第一行缺少表头：{'、'.join(missing)}。请按模板填写表头后再上传。")
    return columns


def _read_row(number: int, cells: Sequence[str], columns: dict[str, int], reading: Reading) -> None:
    def cell(name: str) -> str:
        place = columns.get(name)
        return cells[place] if place is not None and place < len(cells) else ""

    faulty: set[str] = set()

    def complain(name: str, message: str) -> None:
        faulty.add(name)
        reading.complain(number, LABELS[name], message)

    code, name, parent_code = cell("code"), cell("name"), cell("parent_code")
    _check_code("code", code, complain)
    if code and (first := reading.codes.setdefault(code, number)) != number:
        complain("code", f"代码“{code[:40]}”与第{first}行重复，请改正其中一行或删去一行。")
    if not name:
        complain("name", "没有填单位名称，请补充。")
    elif len(name) > 100:
        complain("name", "单位名称超过100字，请缩短。")
    if parent_code:
        _check_code("parent_code", parent_code, complain)
    level_word, category_word = _plain(cell("level")), _plain(cell("category"))
    level = _LEVEL_OF_WORD.get(level_word)
    if level is None:
        wrong = f"“{cell('level')}”不是层级" if level_word else "没有填层级"
        complain("level", f"{wrong}，请填省、市、县区、乡镇街道或村社区、企业。")
    category = _CATEGORY_OF_WORD.get(category_word)
    if category_word and category is None:
        words = "、".join(item.label for item in Category)
        complain("category", f"“{cell('category')}”不是类别，请填{words}之一，或留空。")
    counts = {field_name: _count(field_name, cell(field_name), complain) for field_name in COUNTS}
    if level is not None and not faulty:
        reading.rows.append(
            UnitRow(
                number,
                code,
                name,
                parent_code,
                level.value,
                category=category.value if category else "",
                level_word=level_word,
                **counts,
            )
        )


def _check_code(name: str, code: str, complain: Callable[[str, str], None]) -> None:
    if not code:
        complain(name, "没有填代码，请补充；每个单位要有自己的代码。")
    elif not _CODE.fullmatch(code):
        complain(
            name,
            f"代码“{code[:40]}”只能用30个以内的数字、字母和横线；"
            "若是变成科学记数的长数字，请先把该列设为文本格式再填。",
        )


def _count(name: str, text: str, complain: Callable[[str, str], None]) -> int | None:
    try:
        value = read_number(text)
    except NotANumber:
        complain(name, f"“{text[:40]}”不是数字，请只填整数，不要带文字和单位。")
        return None
    if value is None:
        return None
    if "%" in text or "％" in text or value < 0 or value != int(value) or value > _MAX_COUNT:
        complain(name, f"“{text[:40]}”不是人数或个数，请填0或正整数。")
        return None
    return int(value)


def guess_category(level: str, level_word: str, name: str) -> Category:
    """Tell the kind of a unit whose file does not say it, by its name, else by its level."""
    if level not in {Level.TOWNSHIP, Level.GRASSROOTS}:
        return Category.REGION
    is_township = level == Level.TOWNSHIP
    endings = _TOWNSHIP_ENDINGS if is_township else _GRASSROOTS_ENDINGS
    for category, words in endings:
        if name.endswith(words):
            return category
    by_word = {
        "街道": Category.STREET,
        "系统": Category.SYSTEM,
        "园区": Category.PARK,
        "村": Category.VILLAGE,
        "社区": Category.COMMUNITY,
        "企业": Category.PRIVATE_ENTERPRISE,
        "机关事业单位": Category.INSTITUTION,
        "社会组织": Category.SOCIAL,
    }
    return by_word.get(level_word, Category.TOWN if is_township else Category.VILLAGE)
