"""Layouts, fonts and red heads of a tenant's own, in what is really printed."""

from __future__ import annotations

import io
import subprocess
import zipfile

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from fontTools import subset
from fontTools.ttLib import TTFont

from gongjian.commons.documents.certificates import certificate_batch
from gongjian.commons.documents.layouts import layouts
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.numbering import STANDARD, arrange_mark
from gongjian.commons.documents.printing import draft_values, preview_document
from gongjian.commons.documents.rendering import choose_fonts, render_pdf
from gongjian.commons.documents.rendering.engine import FAMILIES
from gongjian.commons.documents.reporting.press import press_parts
from gongjian.commons.documents.services import issue_document, render_document, sign_off_document
from gongjian.commons.documents.slot_models import LayoutChoice, TenantFont
from gongjian.commons.documents.slots import (
    NEEDED,
    choose_layout,
    inspect_font,
    install_font,
    retire_font,
    slots_of,
)
from gongjian.commons.documents.word import build_docx
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.commons.documents.test_services import draft

FONTS = reverse("documents:tenantfont_list")
UPLOAD = reverse("documents:font_upload")


@pytest.fixture(scope="session")
def font_file() -> bytes:
    """A Chinese font under a name of its own, small enough to be spoiled many times."""
    choose_fonts()
    found = subprocess.run(
        ["fc-match", "-f", "%{file}", "FandolKai"], capture_output=True, text=True, check=True
    ).stdout
    font = TTFont(found, fontNumber=0)
    cut = subset.Subsetter(subset.Options(name_IDs=["*"]))
    cut.populate(text=NEEDED)
    cut.subset(font)
    for entry in font["name"].names:
        if entry.nameID in {1, 4, 6, 16}:
            entry.string = "OfficeKai"
    if "CFF " in font:
        font["CFF "].cff.fontNames[0] = "OfficeKai"
    return saved(font)


def saved(font: TTFont) -> bytes:
    stream = io.BytesIO()
    font.save(stream)
    return stream.getvalue()


def changed(content: bytes, change) -> bytes:
    font = TTFont(io.BytesIO(content))
    change(font)
    return saved(font)


def fonts_in(content: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return {
            str(one.BaseFont).split("+")[-1]
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font"
        }


def install(cast, content, face="fangsong") -> TenantFont:
    return install_font(
        face, actor=cast.office, name="办公楷体.ttf", content=content, license_note="授权书第5号"
    )


def test_an_own_font_prints_for_its_tenant_alone(cast, font_file):
    before = fonts_in(preview_document(draft(cast)).content)
    font = install(cast, font_file)
    assert font.family == "OfficeKai"
    with_it = fonts_in(preview_document(draft(cast, body="王𬭎同志的做法，予以推广。")).content)
    # It is embedded under the name that the stylesheet asks for, which no free font has.
    assert FAMILIES["fangsong"] in with_it - before
    # The rare character is not in it and comes from the free fonts.
    assert with_it - {FAMILIES["fangsong"]}
    with tenant_scope(cast.elsewhere.pk):
        assert slots_of(OfficialDocument(kind="documents.circular")).fonts == ()
    retire_font(font, actor=cast.office)
    assert fonts_in(preview_document(draft(cast)).content) == before
    with pytest.raises(StateConflict):
        retire_font(font, actor=cast.office)


def test_a_newer_font_takes_the_place_of_the_older(cast, font_file):
    first, second = install(cast, font_file), install(cast, font_file)
    first.refresh_from_db()
    assert (first.is_active, second.is_active) == (False, True)
    assert len(slots_of(draft(cast)).fonts) == 1


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda content: b"PK\x03\x04" + content[4:], "不是 TTF 或 OTF"),
        (lambda content: content[:2000], "已损坏"),
        (lambda content: content[:4] + bytes(4000), "已损坏"),
        (lambda content: changed(content, lambda font: setattr(font["OS/2"], "fsType", 2)),
         "不允许嵌入"),
        (lambda content: changed(content, without_common), "缺少常用字（关"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_fitting_font_is_refused(font_file, spoil, told):
    with pytest.raises(FieldErrors) as refused:
        inspect_font(spoil(font_file))
    assert told in refused.value.errors["file"][0]


def without_common(font: TTFont) -> None:
    for table in font["cmap"].tables:
        if hasattr(table, "cmap"):
            table.cmap.pop(ord("关"), None)


def test_a_font_needs_its_licence_and_the_office(cast, font_file):
    with pytest.raises(FieldErrors) as refused:
        install_font("kaiti", actor=cast.office, name="a", content=font_file, license_note=" ")
    assert "license_note" in refused.value.errors
    with pytest.raises(NotPermitted):
        install_font("kaiti", actor=cast.leader, name="a", content=font_file, license_note="有")


def test_a_kind_is_printed_in_the_chosen_layout(cast, prints):
    document = sign_off_document(draft(cast), actor=cast.leader)
    assert slots_of(document).template == "documents/circular.html"
    choose_layout(document.kind, actor=cast.office, layout="letter")
    assert slots_of(document).template == "documents/letter.html"
    issued = issue_document(document, actor=cast.office)
    assert issued.layout == "letter"
    # What is issued stays in the layout it was issued in.
    choose_layout(document.kind, actor=cast.office, layout="circular")
    assert slots_of(issued).template == "documents/letter.html"
    with pytest.raises(FieldErrors):
        choose_layout(document.kind, actor=cast.office, layout="ledger")
    with pytest.raises(NotPermitted):
        choose_layout(document.kind, actor=cast.leader, layout="letter")
    assert render_document(issued.pk, actor=cast.office).size


def test_the_red_head_of_an_organ(cast, prints):
    organ = "示范市党工共建领导小组办公室"
    arrange_mark(
        None,
        actor=cast.office,
        mark="示党工组",
        organ=organ,
        pattern=STANDARD,
        head="示范市党工共建",
    )
    document = draft(cast)
    values = draft_values(document)
    assert values["organs"] == ["示范市党工共建"]
    assert values["signatures"] == [organ]
    issued = issue_document(sign_off_document(document, actor=cast.leader), actor=cast.office)
    assert issued.context["organs"] == ["示范市党工共建"]
    assert issued.organs == [organ]


def test_fonts_on_the_screen(cast, sign_in, font_file, django_assert_max_num_queries):
    client = sign_in(cast.office)
    assert "还没有上传字体" in client.get(FONTS).content.decode()
    assert client.get(UPLOAD).status_code == 200

    def send(content):
        file = SimpleUploadedFile("办公.ttf", content)
        return client.post(
            UPLOAD, {"face": "fangsong", "file": file, "license_note": "授权书第5号"}
        )

    refused = send(b"not a font")
    assert refused.status_code == 422
    assert "不是 TTF 或 OTF" in refused.content.decode()
    counts = []
    for _ in range(3):
        assert send(font_file).status_code == 302
        with django_assert_max_num_queries(12) as captured:
            page = client.get(FONTS).content.decode()
        counts.append(len(captured))
    assert counts[0] == counts[2]
    assert page.count("已停用") == 2
    retire = reverse("documents:font_retire", args=[TenantFont.objects.get(is_active=True).pk])
    assert "停用字体" in client.get(retire).content.decode()
    assert client.post(retire).status_code == 302
    assert not TenantFont.objects.filter(is_active=True).exists()
    assert client.post(retire).status_code == 409
    assert sign_in(cast.leader).get(FONTS).status_code == 404


def test_layouts_on_the_screen(cast, sign_in):
    client = sign_in(cast.office)
    url = reverse("documents:layout_choices")
    page = client.get(url)
    assert "信函格式" in page.content.decode()
    form = page.context["form"] if page.context else None
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    values["documents-circular"] = "letter"
    assert client.post(url, values).status_code == 302
    choice = LayoutChoice.objects.get()
    assert (choice.kind, choice.layout) == ("documents.circular", "letter")
    assert sign_in(cast.secretary).get(url).status_code == 404


def test_an_own_font_prints_certificates_sheets_reports_and_names_itself_in_word(cast, font_file):
    row = {"name": "李小组", "text": "工作突出，特发此证。", "number": "1"}
    values = layouts["ledger"].specimen()

    def everything() -> list[set[str]]:
        parts = press_parts("documents/ledger.html", [values])
        with pytest.raises(StopIteration) as end:
            while True:
                next(parts)
        return [
            fonts_in(certificate_batch("荣誉证书", [row])),
            fonts_in(render_pdf("documents/ledger.html", values).content),
            fonts_in(end.value.value.content),
        ]

    def named() -> str:
        with zipfile.ZipFile(io.BytesIO(build_docx("ledger", values))) as book:
            return "".join(book.read(name).decode() for name in book.namelist() if "xml" in name)

    assert "OfficeKai" not in named()
    before = everything()
    for face in ("kaiti", "fangsong", "songti", "xiaobiaosong", "heiti"):
        install(cast, font_file, face)
    own = set(FAMILIES.values())
    for fonts, free in zip(everything(), before, strict=True):
        assert fonts & own
        assert not free & own
    assert "OfficeKai" in named()
    assert "仿宋_GB2312" not in named()
    with tenant_scope(cast.elsewhere.pk):
        assert "OfficeKai" not in named()
        assert not fonts_in(certificate_batch("荣誉证书", [row])) & own
