"""The editable copy beside each PDF: the same structure as a Word document.

Opens in Word and WPS. Page, grid (28 × 22), fonts by the names offices have,
heads that repeat, page numbers left and right. The PDF remains the document;
this copy is for taking the words along.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from gongjian.commons.documents.layouts import layouts
from gongjian.commons.documents.rendering import fonts_in_use
from gongjian.commons.documents.rendering.blocks import Grid, page_markup, read_blocks
from gongjian.commons.documents.rendering.characters import clean_values
from gongjian.commons.documents.rendering.masthead import letterhead, masthead
from gongjian.commons.documents.rendering.paragraphs import minutes, paragraphs
from gongjian.commons.documents.rendering.title import title_lines
from gongjian.commons.documents.word_fonts import name_own_fonts
from gongjian.commons.documents.word_rich import Faces, write_rich
from gongjian.foundation.kernel.numbers import in_chinese

FANGSONG, XIAOBIAOSONG, KAITI = "仿宋_GB2312", "方正小标宋简体", "楷体_GB2312"
HEITI, SONGTI = "黑体", "宋体"
#: The name in the text for each face of which a tenant may have a font of its own.
_NAMES = {
    "fangsong": FANGSONG,
    "xiaobiaosong": XIAOBIAOSONG,
    "kaiti": KAITI,
    "heiti": HEITI,
    "songti": SONGTI,
}
RED = RGBColor(0xE6, 0x00, 0x12)
_CENTER = WD_ALIGN_PARAGRAPH.CENTER
_BODY_PT, _PITCH_PT = 16.0, 29.6
_LEVELS = {0: FANGSONG, 1: HEITI, 2: KAITI}
Values = Mapping[str, Any]


def build_docx(layout: str, values: Mapping[str, Any]) -> bytes:
    """One Word document from the values the template of the layout is given."""
    cleaned: dict[str, Any] = {key: clean_values(value) for key, value in values.items()}
    document = Document()
    _prepare(document, is_landscape=layout == "ledger")
    if layout in _WRITERS:
        _WRITERS[layout](document, cleaned)
    else:
        _write_sheet(document, cleaned, layouts[layout].template)
    document.core_properties.title = str(cleaned.get("title") or cleaned.get("name") or "")[:250]
    document.core_properties.author = "、".join(map(str, cleaned.get("organs") or ()))[:250]
    document.core_properties.keywords = f"layout-{layout}"
    return _saved(document)


def build_bulletin(values: Values, pictures: Mapping[str, bytes]) -> bytes:
    """An issue of a bulletin (简报): red name and rule, pieces as they are laid out, 报/送/发.

    ``values`` are those of ``BulletinContext``; a body is cleaned HTML with ``picture:<key>``.
    """
    document = Document()
    _prepare(document, is_landscape=False)
    if values.get("is_draft"):
        _line(document, "（样稿）", face=KAITI, align=WD_ALIGN_PARAGRAPH.RIGHT)
    if values.get("notice"):
        _line(document, str(values["notice"]), face=HEITI)
    _centred(document, str(values["name"]), XIAOBIAOSONG, 48, RED)
    _centred(document, str(values["number"]), FANGSONG, _BODY_PT)
    head = _line(document, f"{values['publisher']}\t{values['printed_on']}")
    head.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT)
    _rule(head, colour="E60012", size=24)
    _line(document)
    if values.get("topic"):
        _centred(document, str(values["topic"]), KAITI, 18)
    if values.get("several"):
        _line(document, "本期目录", face=HEITI, indent=2 * _BODY_PT)
        for section in values["sections"]:
            for piece in section["items"]:
                _line(document, f"◆ {piece['title']}", indent=2 * _BODY_PT)
        _line(document)
    if values.get("editor_note"):
        note = _line(document, "编者按：", face=HEITI, indent=2 * _BODY_PT)
        _font(note.add_run(str(values["editor_note"])), KAITI, _BODY_PT)
        _line(document)
    faces = Faces(FANGSONG, HEITI, KAITI, KAITI, _BODY_PT, _font)
    for section in values["sections"]:
        if section["name"]:
            _line(document, f"【{section['name']}】", face=HEITI)
        for piece in section["items"]:
            heading = _heading(document, piece["title"], level=1, face=XIAOBIAOSONG, size=22)
            heading.alignment, heading.paragraph_format.first_line_indent = _CENTER, Pt(0)
            write_rich(document, piece["body"], faces=faces, pictures=pictures)
            if piece["credit"]:
                _right(document, f"（{piece['credit']}）", 0)
            _line(document)
    _bulletin_end(document, values)
    document.core_properties.title = f"{values['name']}{values['number']}"[:250]
    document.core_properties.author = str(values["publisher"])[:250]
    return _saved(document)


def _centred(
    document: WordDocument, text: str, face: str, size: float, colour: RGBColor | None = None
) -> None:
    _line(document, text, face=face, size=size, align=_CENTER, colour=colour)


def _bulletin_end(document: WordDocument, values: Values) -> None:
    lines = [
        f"{word}：{values[name]}"
        for word, name in (("报", "report_to"), ("送", "copy_to"), ("发", "send_to"))
        if values.get(name)
    ]
    signed = f"签发：{values['signed_by']}" if values.get("signed_by") else ""
    copies = f"（共印{values['copies']}份）" if values.get("copies") else ""
    if signed or copies:
        lines.append(f"{signed}\t{copies}")
    for place, text in enumerate(lines):
        paragraph = _line(document, text, size=14)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT)
        _rule(paragraph, colour="000000", size=8 if place == 0 else 4, edge="top")
        if place == len(lines) - 1:
            _rule(paragraph, colour="000000", size=8)


Part = tuple[str, Sequence[tuple[str, str]]]


def build_plain(title: str, note: str, parts: Sequence[Part]) -> bytes:
    """Material to be worked on: no red head and no number, headings and paragraphs only.

    A part is its heading and (name, text) of each piece; headings are Word's own, so that the
    outline of a long compilation can be walked.
    """
    document = Document()
    _prepare(document, is_landscape=False)
    _title(document, {"title": title})
    _line(document, note, face=KAITI, align=WD_ALIGN_PARAGRAPH.CENTER)
    for number, (heading, pieces) in enumerate(parts, start=1):
        _heading(document, f"{in_chinese(number)}、{heading}", level=1, face=HEITI)
        for place, (name, text) in enumerate(pieces, start=1):
            _heading(document, f"{place}. {name}", level=2, face=KAITI)
            for line in str(clean_values(text)).split("\n"):
                if line.strip():
                    _line(document, line.strip(), indent=2 * _BODY_PT)
    document.core_properties.title = title[:250]
    return _saved(document)


def build_report(values: Values) -> bytes:
    """A report from the values of its printed page (``reporting.paper``).

    Charts become tables of their figures, so that they can be drawn anew where they are used.
    """
    document = Document()
    _prepare(document, is_landscape=False)
    cleaned: dict[str, Any] = {key: clean_values(value) for key, value in values.items()}
    _title(document, {"title": cleaned["title"], "organs": cleaned["unbroken"]})
    byline = f"{cleaned['organ']}　{cleaned['made_on']}"
    _line(document, byline, face=KAITI, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, cleaned["lead"], indent=2 * _BODY_PT)
    for section in cleaned["sections"]:
        _heading(document, section["heading"], level=1, face=HEITI)
        if section["headlines"]:
            figures = "；".join(f"{one['label']} {one['value']}" for one in section["headlines"])
            _line(document, f"{figures}。", indent=2 * _BODY_PT)
        for block in section["blocks"]:
            _report_block(document, block)
        for note in section["notes"]:
            _line(document, f"注：{note}", face=KAITI, size=12)
    document.core_properties.title = str(cleaned["title"])[:250]
    document.core_properties.author = str(cleaned["organ"])[:250]
    return _saved(document)


def _report_block(document: WordDocument, block: Values) -> None:
    if block["kind"] == "words":
        _line(document, block["text"], indent=2 * _BODY_PT)
        return
    _line(document, block["caption"], face=HEITI, size=12, align=_CENTER)
    if block["kind"] == "listing":
        rows = [*block["rows"], *([block["total"]] if block["total"] else [])]
        _table(document, block["columns"], [[part["text"] for part in row] for row in rows])
        return
    series = block["chart"]["series"]
    columns = [{"label": "　"}, *({"label": one["label"]} for one in series)]
    lines = zip(block["chart"]["labels"], *(one["values"] for one in series), strict=True)
    rows = [
        [label, *("—" if value is None else f"{value:,g}" for value in figures)]
        for label, *figures in lines
    ]
    _table(document, columns, rows)


def _heading(
    document: WordDocument, text: str, *, level: int, face: str, size: float = _BODY_PT
) -> WordParagraph:
    paragraph = document.add_paragraph(style=f"Heading {level}")
    _font(paragraph.add_run(str(clean_values(text))), face, size, RGBColor(0, 0, 0))
    form = paragraph.paragraph_format
    form.first_line_indent, form.keep_with_next = Pt(2 * _BODY_PT), True
    form.space_before = form.space_after = Pt(0)
    return paragraph


def _saved(document: WordDocument) -> bytes:
    buffer = io.BytesIO()
    name_own_fonts(document, {_NAMES[font.face]: font.family for font in fonts_in_use()})
    document.save(buffer)
    return buffer.getvalue()


def _prepare(document: WordDocument, *, is_landscape: bool) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(24)
    if is_landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.top_margin, section.bottom_margin = Mm(26), Mm(24)
        section.left_margin = section.right_margin = Mm(20)
        section.footer_distance = Mm(14)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(_BODY_PT)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FANGSONG)
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    if not is_landscape:
        _set_grid(section)
    document.settings.odd_and_even_pages_header_footer = True
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        _page_number(footer.paragraphs[0], WD_ALIGN_PARAGRAPH.CENTER if is_landscape else side)


def _set_grid(section: Any) -> None:
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(round(_PITCH_PT * 20)))
    # 156 mm / 28 places is 15.793 pt; the rest to 16 pt in 4096ths of a point.
    grid.set(qn("w:charSpace"), str(round((156 / 25.4 * 72 / 28 - _BODY_PT) * 4096)))
    properties.append(grid)


def _page_number(paragraph: WordParagraph, side: WD_ALIGN_PARAGRAPH) -> None:
    paragraph.alignment = side
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
    for text, kind in (("— ", ""), ("", "begin"), ("PAGE", "code"), ("", "end"), (" —", "")):
        run = paragraph.add_run(text if not kind else "")
        _font(run, SONGTI, 14)
        if kind == "code":
            code = OxmlElement("w:instrText")
            code.text = text
            run._r.append(code)
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _font(run: Any, face: str, size: float, colour: RGBColor | None = None) -> None:
    run.font.size = Pt(size)
    run.font.name = face
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
    if colour is not None:
        run.font.color.rgb = colour


def _line(
    document: WordDocument,
    text: str = "",
    *,
    face: str = FANGSONG,
    size: float = _BODY_PT,
    align: WD_ALIGN_PARAGRAPH | None = None,
    indent: float = 0,
    colour: RGBColor | None = None,
) -> WordParagraph:
    paragraph = document.add_paragraph()
    if text:
        _font(paragraph.add_run(text), face, size, colour)
    if align is not None:
        paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(indent)
    return paragraph


def _title(document: WordDocument, values: Values) -> None:
    for line in title_lines(str(values.get("title") or ""), keep=values.get("organs") or ()):
        _line(document, line, face=XIAOBIAOSONG, size=22, align=WD_ALIGN_PARAGRAPH.CENTER)


def _rule(paragraph: WordParagraph, *, colour: str, size: int, edge: str = "bottom") -> None:
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.append(borders)
    border = OxmlElement(f"w:{edge}")
    for name, value in (("val", "single"), ("sz", str(size)), ("space", "4"), ("color", colour)):
        border.set(qn(f"w:{name}"), value)
    borders.append(border)


def _text(document: WordDocument, body: str) -> None:
    for part in paragraphs(body):
        paragraph = _line(document, part.lead, face=_LEVELS[part.level], indent=2 * _BODY_PT)
        if part.text:
            _font(paragraph.add_run(part.text), FANGSONG, _BODY_PT)


def _table(document: WordDocument, columns: Sequence[Values], rows: Sequence[Any]) -> None:
    table = document.add_table(rows=1, cols=len(columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for cell, column in zip(table.rows[0].cells, columns, strict=True):
        _cell(cell, str(column["label"]), HEITI)
    head = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(head)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _cell(cell, str(text), FANGSONG)


def _cell(cell: Any, text: str, face: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _font(paragraph.add_run(text), face, 12)


def _number(document: WordDocument, values: Values) -> None:
    signer, number = values.get("signer"), str(values.get("number") or "")
    if signer:
        paragraph = _line(document, f"　{number}　　　　　　签发人：", indent=0)
        _font(paragraph.add_run(str(signer)), KAITI, _BODY_PT)
    else:
        paragraph = _line(document, number, align=WD_ALIGN_PARAGRAPH.CENTER)
    _rule(paragraph, colour="E60012", size=12)


def _write_circular(document: WordDocument, values: Values) -> None:
    head = masthead(values["organs"])
    for _ in range(2):
        _line(document)
    for at, line in enumerate(head.lines):
        word = head.word if at == len(head.lines) // 2 else ""
        text = f"{line.text}{'　' + word if word else ''}"
        _line(document, text, face=XIAOBIAOSONG, size=float(head.size), colour=RED,
              align=WD_ALIGN_PARAGRAPH.CENTER)  # fmt: skip
    for _ in range(2):
        _line(document)
    _number(document, values)
    _body(document, values)
    _signatures(document, values)
    _attachments(document, values)
    _imprint(document, values)


def _write_letter(document: WordDocument, values: Values) -> None:
    head = letterhead(values["organs"])
    paragraph = _line(document, head.text, face=XIAOBIAOSONG, size=float(head.size), colour=RED,
                      align=WD_ALIGN_PARAGRAPH.CENTER)  # fmt: skip
    _rule(paragraph, colour="E60012", size=24)
    _line(document, str(values.get("number") or ""), align=WD_ALIGN_PARAGRAPH.RIGHT)
    _body(document, values)
    _signatures(document, values)
    _attachments(document, values)
    if values.get("copy_recipients"):
        _line(document, f"抄送：{values['copy_recipients']}", size=14)


def _write_minutes(document: WordDocument, values: Values) -> None:
    head = masthead(values["organs"][:1], "会议纪要")
    _line(document)
    _line(document, head.lines[0].text, face=XIAOBIAOSONG, size=float(head.size), colour=RED,
          align=WD_ALIGN_PARAGRAPH.CENTER)  # fmt: skip
    _line(document, str(values.get("number") or ""), align=WD_ALIGN_PARAGRAPH.CENTER)
    byline = _line(document, f"{values.get('printer') or ''}　　{values.get('signed_on') or ''}")
    _rule(byline, colour="E60012", size=12)
    parts = minutes(str(values.get("body") or ""))
    _body(document, {**values, "body": parts.text})
    _line(document)
    for label, names in parts.present:
        paragraph = _line(document, f"{label}：", face=HEITI)
        _font(paragraph.add_run(names), FANGSONG, _BODY_PT)
        paragraph.paragraph_format.left_indent = Pt(5 * _BODY_PT)
        paragraph.paragraph_format.first_line_indent = Pt(-3 * _BODY_PT)
    _attachments(document, values)
    _imprint(document, values)


def _body(document: WordDocument, values: Values) -> None:
    _line(document)
    _title(document, values)
    _line(document)
    if values.get("main_recipients"):
        _line(document, f"{values['main_recipients']}：")
    _text(document, str(values.get("body") or ""))
    attachments = values.get("attachments") or ()
    if attachments:
        _line(document)
    for at, attachment in enumerate(attachments, start=1):
        index = f"{at}. " if len(attachments) > 1 else ""
        label = "附件：" if at == 1 else "　　　"
        _line(document, f"{label}{index}{attachment['title']}", indent=2 * _BODY_PT)


def _signatures(document: WordDocument, values: Values) -> None:
    for _ in range(2):
        _line(document)
    for organ in values.get("signatures") or ():
        _right(document, str(organ), 2)
    _right(document, str(values.get("signed_on") or ""), 4 if values.get("seal_mm") else 2)
    if values.get("remark"):
        _line(document, f"（{values['remark']}）", indent=2 * _BODY_PT)


def _right(document: WordDocument, text: str, places: int) -> None:
    paragraph = _line(document, text, align=WD_ALIGN_PARAGRAPH.RIGHT)
    paragraph.paragraph_format.right_indent = Pt(places * _BODY_PT)


def _attachments(document: WordDocument, values: Values) -> None:
    attachments = values.get("attachments") or ()
    for at, attachment in enumerate(attachments, start=1):
        mark = _line(document, f"附件{at if len(attachments) > 1 else ''}", face=HEITI)
        mark.paragraph_format.page_break_before = True
        _line(document)
        _title(document, {**values, "title": attachment["title"]})
        _text(document, str(attachment.get("text") or ""))
        if attachment.get("rows"):
            _table(document, attachment["columns"], attachment["rows"])


def _imprint(document: WordDocument, values: Values) -> None:
    _line(document)
    lines = [f"抄送：{values['copy_recipients']}"] if values.get("copy_recipients") else []
    lines.append(f"{values.get('printer') or ''}　　{values.get('printed_on') or ''}印发")
    written = [_line(document, text, size=14) for text in lines]
    for at, paragraph in enumerate(written):
        _rule(paragraph, colour="000000", size=8 if at == 0 else 6, edge="top")
    _rule(written[-1], colour="000000", size=8)


def _write_ledger(document: WordDocument, values: Values) -> None:
    _title(document, values)
    _line(document, f"{values['organ']}　　{values['period']}", size=12)
    _table(document, values["columns"], values["rows"])
    for note in values["notes"]:
        _line(document, str(note), size=10.5)
    _line(document, f"共{len(values['rows'])}行　　{values['made_on']}", size=12)


def _write_form(document: WordDocument, values: Values) -> None:
    _title(document, values)
    _line(document, f"{values['byline']}　　{values['number']}", size=12)
    columns = len(values["widths"])
    table = document.add_table(rows=0, cols=columns)
    table.style = "Table Grid"
    taken: set[tuple[int, int]] = set()
    for down, row in enumerate(values["rows"]):
        cells, across = table.add_row().cells, 0
        for one in row:
            while (down, across) in taken:
                across += 1
            last = min(across + one["columns"], columns) - 1
            _cell(
                cells[across].merge(cells[last]),
                one["text"],
                HEITI if one["is_label"] else FANGSONG,
            )
            taken.update(
                (down + below, place)
                for below in range(one["rows"])
                for place in range(across, last + 1)
            )
            across = last + 1
    for block in values["blocks"]:
        row = table.add_row()
        row.height = Mm(block["height_mm"])
        _cell(row.cells[0], block["label"], HEITI)
        sign = f"\n（盖章）\n{block['sign']}" if block["sign"] else ""
        _cell(row.cells[1].merge(row.cells[columns - 1]), f"{block['text']}{sign}", FANGSONG)
    _line(document, f"{values['organ']}　　{values['made_on']}", size=12)


def _write_sheet(document: WordDocument, values: Values, template: str) -> None:
    """Other sheets: title, lines and tables in the order of the printed page."""
    for part in read_blocks(page_markup(template, values)):
        if isinstance(part, Grid):
            _grid(document, part)
        elif part.kind == "title":
            _line(document, part.text, face=XIAOBIAOSONG, size=22, align=WD_ALIGN_PARAGRAPH.CENTER)
        else:
            face = HEITI if part.kind == "head" else FANGSONG
            _line(document, part.text, face=face, indent=2 * _BODY_PT if part.kind == "text" else 0)


def _grid(document: WordDocument, grid: Grid) -> None:
    columns = max(sum(cell.columns for cell in row) for row in grid.rows)
    table = document.add_table(rows=0, cols=columns)
    table.style = "Table Grid"
    for at, row in enumerate(grid.rows):
        cells, across = table.add_row().cells, 0
        if at < grid.heads:
            table.rows[-1]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for one in row:
            last = min(across + one.columns, columns) - 1
            _cell(cells[across].merge(cells[last]), one.text, HEITI if one.is_head else FANGSONG)
            across = last + 1


_WRITERS: dict[str, Callable[[WordDocument, Values], None]] = {
    "circular": _write_circular,
    "upward": _write_circular,
    "letter": _write_letter,
    "minutes": _write_minutes,
    "ledger": _write_ledger,
    "form": _write_form,
}
