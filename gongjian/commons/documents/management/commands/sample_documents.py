"""``manage.py sample_documents DIR``: one invented document of every kind, PDF and Word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gongjian.commons.documents import specimens
from gongjian.commons.documents.certificates import certificate_batch
from gongjian.commons.documents.layouts import layouts
from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.word import build_docx

MOST_ORGANS = 5


class Command(BaseCommand):
    help = "每种公文按印发的归档格式（PDF/A-2a）打印一份样张，并附可编辑的 DOCX，内容均为虚构。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        for name, key, values in _documents():
            printed = render_pdf(layouts[key].template, values, archive=True)
            (folder / f"{name}.pdf").write_bytes(printed.content)
            (folder / f"{name}.docx").write_bytes(build_docx(key, values))
            self.stdout.write(f"{name}：{layouts[key].label}，{printed.pages}页")
        batch = certificate_batch("荣誉证书", specimens.certificate_rows())
        (folder / "certificate.pdf").write_bytes(batch)
        self.stdout.write("certificate：荣誉证书")


def _documents() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for layout in layouts:
        yield layout.key, layout.key, layout.specimen()
    for organs in range(2, MOST_ORGANS + 1):
        yield f"circular-{organs}-organs", "circular", specimens.circular(organs)
    yield "circular-long", "circular", specimens.circular(length=12)
    yield "circular-unsealed", "circular", specimens.circular(seal_mm=0)
