from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gongjian.commons.evidence.enums import ENDINGS, FileKind
from gongjian.commons.evidence.inspection import inspect
from gongjian.commons.evidence.naming import LONGEST, clean_name, name_for
from gongjian.foundation.kernel.errors import DomainError
from tests.factories.evidence import PDF, huge_png, package, photo

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
_MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"


def _catalog(entry: bytes) -> bytes:
    return PDF.replace(b"/Catalog", b"/Catalog" + entry)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("通知.pdf", PDF, FileKind.PDF),
        ("名册.docx", package("word/"), FileKind.DOCX),
        ("台账.xlsx", package("xl/"), FileKind.XLSX),
        ("汇报.dps", package("ppt/"), FileKind.PPTX),
        ("旧表.et", _OLD, FileKind.OLD_OFFICE),
        ("照片.JPG", photo(), FileKind.JPEG),
        ("说明.txt", "第三季度情况".encode("gb18030"), FileKind.TEXT),
        ("名单.csv", "姓名,单位\n赵春梅,红旗村\n".encode(), FileKind.CSV),
        ("现场.mp4", _MP4, FileKind.MP4),
        ("没有后缀", PDF, FileKind.PDF),
    ],
)
def test_files_of_the_allowed_kinds_are_known_by_their_content(name, content, kind):
    assert inspect(name, content).kind == kind


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空.pdf", b"", "空文件"),
        ("网页.pdf", b"<html><script>alert(1)</script>", "不是可以接收的文件"),
        ("图.png", b"<svg onload='x()'/>", "不是可以接收的文件"),
        ("程序.pdf", b"MZ\x90\0\3\0\0\0", "不是可以接收的文件"),
        ("照片.jpg", PDF, "内容却是PDF 文件"),
        ("资料.zip", package("else/"), "压缩包"),
        ("坏的.docx", b"PK\x03\x04 nothing", "已损坏"),
        ("宏.docx", package(**{"word/vbaProject.bin": b"x"}), "含有宏"),
        ("宏.doc", _OLD + "_VBA_PROJECT".encode("utf-16-le"), "含有宏"),
        ("炸弹.docx", package(**{"word/x": b"\0" * (170 * 1024 * 1024)}), "解开后过大"),
        ("夹带.docx", package() + b"<script>", "夹带"),
        ("脚本.pdf", _catalog(b"/OpenAction<</S/JavaScript/JS(x)>>"), "脚本"),
        ("夹带.pdf", _catalog(b"/Names<</EmbeddedFiles 2 0 R>>"), "内嵌文件"),
        ("半截.pdf", PDF[:30], "不完整"),
        ("苹果.heic", b"\0\0\0\x18ftypheic\0\0\0\0", "兼容性最佳"),
        ("坏图.jpg", photo()[:200], "已损坏"),
        ("大图.png", huge_png(), "过大"),
        ("大.txt", b"a" * (3 * 1024 * 1024), "最大 2 MB"),
    ],
)  # fmt: skip
def test_what_may_not_be_kept_is_refused_with_a_remedy(name, content, words):
    with pytest.raises(DomainError) as refused:
        inspect(name, content)

    assert words in refused.value.message
    assert name in refused.value.message


def test_a_picture_loses_its_place_and_whatever_was_hung_behind_it():
    kept = inspect("现场.jpg", photo() + b"PK\x03\x04<script>secret</script>")

    with Image.open(BytesIO(kept.content)) as picture:
        assert dict(picture.getexif()) == {}
        assert picture.size == (600, 400)
    assert b"secret" not in kept.content
    assert "某某手机".encode() not in kept.content
    with Image.open(BytesIO(kept.thumbnail)) as small:
        assert max(small.size) <= 320


def test_a_picture_taken_sideways_is_kept_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    out = BytesIO()
    Image.new("RGB", (300, 100)).save(out, "JPEG", exif=exif)

    with Image.open(BytesIO(inspect("竖.jpg", out.getvalue()).content)) as picture:
        assert picture.size == (100, 300)


def test_a_film_loses_its_coordinates_and_no_length():
    film = _MP4 + b"\0\0\0\x20\xa9xyz\0\x14\x15\xc7+39.9054+116.3976+052.100/" + b"\0" * 40

    kept = inspect("现场.mp4", film).content

    assert b"39.9054" not in kept
    assert len(kept) == len(film)


def test_embedded_objects_and_links_are_marked():
    kept = inspect("台账.xlsx", package("xl/", **{"xl/externalLinks/externalLink1.xml": b"<x/>"}))

    assert kept.marks == ["链接到别的文件"]


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\用户\\会议记录.PDF", "会议记录.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("发票\u202efdp.exe", "发票fdp.exe"),
        ("   ", "材料"),
        (".pdf", "pdf"),
    ],
)
def test_names_are_made_harmless(given_name, kept):
    assert clean_name(given_name) == kept


@given(st.text(max_size=300))
def test_any_name_becomes_a_name(text):
    name = clean_name(text)

    assert 0 < len(name) <= LONGEST
    assert not set(name) & set('/\\\r\n\0:*?"<>|')
    assert clean_name(name) == name


@given(st.text(min_size=1, max_size=100), st.sampled_from(FileKind))
def test_a_file_is_handed_out_under_an_ending_of_its_kind(text, kind):
    assert name_for(clean_name(text), kind).rpartition(".")[2].lower() in ENDINGS[kind]
