"""The tree of one indicator: from the whole region down, a level at a time."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import Page, RecordsMixin
from responsibilities.authority import VIEW_TARGET
from responsibilities.enums import TargetState
from responsibilities.models import Target
from responsibilities.queries.tree import chain, level


class _Tree(RecordsMixin, Page, base=True):
    permission = VIEW_TARGET
    queryset = Target.objects.select_related("unit", "indicator", "plan", "parent__unit")

    def get_queryset(self) -> TenantQuerySet[Any]:
        records = super().get_queryset()
        if self.scope.reach is Reach.TENANT:
            return records
        # What the superior has not handed down yet is not shown to the unit it is for.
        return records.exclude(Q(state=TargetState.DRAFT) & Q(unit__path=self.scope.path))


class TargetTree(_Tree):
    """One target with the first level below it open; deeper levels come when they are opened."""

    permission = VIEW_TARGET
    template_name = "responsibilities/target_tree.html"

    @cached_property
    def target(self) -> Target:
        target: Target = self.get_object()
        return target

    def get_heading(self) -> str:
        return f"逐级分解：{self.target.indicator.name}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        target, row = self.target, chain(self.target)[-1]
        return self.render(
            {
                "target": target,
                "row": row,
                "rows": level(row, self.scope),
                "crumbs": [
                    ("目标任务", reverse("responsibilities:target_list")),
                    (str(target), target.get_absolute_url()),
                ],
            }
        )


class TargetTreeLevel(_Tree):
    """The rows below one target, for a tree that is being opened."""

    permission = VIEW_TARGET
    template_name = "responsibilities/_tree_rows.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render({"rows": level(chain(self.get_object())[-1], self.scope)})
