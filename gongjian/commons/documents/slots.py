"""What a tenant's documents are printed with: layouts, fonts of its own, red heads."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # comes with WeasyPrint

from gongjian.commons.documents.authority import ARRANGE_DOCUMENTS
from gongjian.commons.documents.enums import Face
from gongjian.commons.documents.files import store_file
from gongjian.commons.documents.layouts import Layout, choices_like, layout_of, layouts
from gongjian.commons.documents.models import OfficialDocument, OrganMark
from gongjian.commons.documents.rendering import OwnFont
from gongjian.commons.documents.shelves import DocumentKind, document_kinds
from gongjian.commons.documents.slot_models import LayoutChoice, TenantFont
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import current_tenant_id
from gongjian.foundation.tenancy.turns import take_turns

LARGEST_FONT = 40 * 1024 * 1024
#: Characters every official document needs; a font without them is the wrong file.
NEEDED = (
    "关于印发的通知决定报告函纪要年月日号一二三四五六七八九十"
    "党委工会组织领导小组办公室（），。：；“”0123456789 ABCabc.%-"
)
_MAGIC = (b"\x00\x01\x00\x00", b"OTTO", b"true")
# OS/2.fsType, as the maker of the font allows its use.
_NO_EMBEDDING, _NO_SUBSETTING, _BITMAPS_ONLY = 0x0002, 0x0100, 0x0200


@dataclass(frozen=True, slots=True)
class Slots:
    """Everything of the tenant's own that goes into one printing."""

    template: str
    layout: str
    fonts: tuple[OwnFont, ...]


def slots_of(document: OfficialDocument) -> Slots:
    """What the document is printed with now; an issued one keeps the layout it was issued in."""
    kind = document_kinds[document.kind]
    key = document.layout
    if not key:
        choice = LayoutChoice.objects.filter(kind=kind.key).first()
        key = choice.layout if choice is not None else ""
    layout = next((one for one in choices_of(kind) if one.key == key), None)
    if layout is None:
        return Slots(kind.template, "", own_fonts())
    return Slots(layout.template, layout.key, own_fonts())


def choices_of(kind: DocumentKind) -> list[Layout]:
    """Layouts a kind may be printed in. The 上行文 is none of them: it goes by its signer."""
    return [one for one in choices_like(kind.template) if one.key != "upward"]


def own_fonts() -> tuple[OwnFont, ...]:
    """The fonts in use by the tenant in scope; none where there is no tenant."""
    if current_tenant_id() is None:
        return ()
    root = Path(settings.FILES_DIR)
    # Long reports are printed between the transactions of their job.
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        fonts = TenantFont.objects.filter(is_active=True).select_related("file").order_by("face")
        return tuple(
            OwnFont(font.face, str(root / font.file.path), font.file.sha256, font.family)
            for font in fonts
        )


def headed(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context with the red heads that the tenant set for its organs."""
    organs = list(context.get("organs") or ())
    heads = dict(
        OrganMark.objects.filter(organ__in=organs, is_active=True)
        .exclude(head="")
        .values_list("organ", "head")
    )
    return {**context, "organs": [heads.get(organ, organ) for organ in organs]}


def word_layout_of(document: OfficialDocument) -> Layout | None:
    slots = slots_of(document)
    if slots.layout:
        return layouts[slots.layout]
    return layout_of(slots.template, document.context)


@transaction.atomic
def choose_layout(kind: str, *, actor: Actor, layout: str) -> LayoutChoice:
    """Print a kind in another layout from now on; what is issued stays as it is."""
    _demand(actor, "选择版式")
    offered = {one.key for one in choices_of(document_kinds[kind])}
    if layout not in offered:
        raise FieldErrors({"layout": "这个文种不能用所选版式，请重新选择。"})
    take_turns("documents.layout", kind)
    choice = LayoutChoice.objects.filter(kind=kind).first() or LayoutChoice(kind=kind)
    before = {"layout": choice.layout}
    choice.layout = layout
    choice.save()
    record(
        "documents.layout.chosen",
        choice,
        actor=actor,
        label="选择版式",
        before=before,
        after={"layout": layout},
    )
    return choice


@transaction.atomic
def install_font(
    face: str, *, actor: Actor, name: str, content: bytes, license_note: str
) -> TenantFont:
    """Print this tenant's documents with a font of its own, after looking into the file."""
    _demand(actor, "上传字体")
    if face not in Face.values:
        raise FieldErrors({"face": "没有这种字体，请重新选择。"})
    if not license_note.strip():
        raise FieldErrors(
            {"license_note": "请写明授权依据，如授权书编号。没有授权的字体不得使用。"}
        )
    family = inspect_font(content)
    take_turns("documents.font", face)
    TenantFont.objects.filter(face=face, is_active=True).update(is_active=False)
    font = TenantFont.objects.create(
        face=face,
        family=family,
        file=store_file(name=Path(name).name[:200], content_type="font/sfnt", content=content),
        license_note=license_note.strip(),
        uploaded_by=actor.label[:200],
    )
    record(
        "documents.font.installed",
        font,
        actor=actor,
        label="启用字体",
        after={"family": family, "sha256": font.file.sha256},
        reason=license_note.strip(),
    )
    return font


@transaction.atomic
def retire_font(font: TenantFont, *, actor: Actor) -> TenantFont:
    """Go back to the free font; printed documents keep what was embedded in them."""
    _demand(actor, "停用字体")
    font = TenantFont.objects.select_for_update(of=("self",)).get(pk=font.pk)
    if not font.is_active:
        raise StateConflict(f"“{font}”已经停用，请刷新后查看。")
    font.is_active = False
    font.save(update_fields=["is_active"])
    record("documents.font.retired", font, actor=actor, label="停用字体")
    return font


def inspect_font(content: bytes) -> str:
    """Refuse what is no font, may not be embedded or lacks common characters; name the family."""
    if len(content) > LARGEST_FONT:
        raise FieldErrors({"file": f"字体文件超过{LARGEST_FONT // 1024 // 1024} MB，请核对文件。"})
    if not content.startswith(_MAGIC):
        raise FieldErrors(
            {"file": "不是 TTF 或 OTF 字体文件，请选择单个字体文件（不是 TTC、压缩包）。"}
        )
    # fontTools says much about odd tables of old fonts that does not matter here.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        font = TTFont(io.BytesIO(content), lazy=True)
        characters = font.getBestCmap() or {}
        family = font["name"].getBestFamilyName() or ""
        embedding = font["OS/2"].fsType
        missing = [char for char in NEEDED if ord(char) not in characters]
    except Exception as error:  # noqa: BLE001 -- a broken table may raise anything
        logging.getLogger("gongjian.documents").warning("font refused: %r", error)
        raise FieldErrors({"file": "字体文件已损坏或不完整，请重新取得原文件。"}) from None
    if embedding & (_NO_EMBEDDING | _NO_SUBSETTING | _BITMAPS_ONLY):
        raise FieldErrors({"file": f"“{family}”的授权设置不允许嵌入 PDF，请换用允许嵌入的版本。"})
    if missing:
        shown = "、".join(missing[:6])
        raise FieldErrors({"file": f"“{family}”缺少常用字（{shown}等），请选择完整的中文字体。"})
    return family[:120] or "未命名字体"


def _demand(actor: Actor, act: str) -> None:
    if not actor.may(ARRANGE_DOCUMENTS):
        raise NotPermitted(f"当前职务无权{act}，请切换职务或联系领导小组办公室。")
