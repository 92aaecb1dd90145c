"""Tables: Chinese labels, right-aligned numbers, an order that is always total."""

from __future__ import annotations

from typing import Any, ClassVar

import django_tables2


class GongjianTable(django_tables2.Table):
    """Base of all lists; ``tail`` makes the order unique, so that pages never overlap."""

    tail: ClassVar[str] = "pk"

    class Meta:
        template_name = "web/_table.html"
        attrs = {"class": "table"}
        empty_text = "还没有内容。"


class NumberColumn(django_tables2.Column):
    """A right-aligned figure."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"th": {"class": "r"}, "td": {"class": "r num"}})
        super().__init__(*args, **kwargs)
