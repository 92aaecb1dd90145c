"""Pages of classified guidance: categories, and which units stand in them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, Q
from django.urls import reverse

from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    RecordsMixin,
)
from orgs.authority import MANAGE_CATEGORY, VIEW_CATEGORY
from orgs.guidance_filters import PlacementFilter
from orgs.guidance_forms import CategoryForm, PasteForm, PlaceForm
from orgs.guidance_queries import categories_in_use, running_placements, units_in, unplaced_units
from orgs.guidance_services import place_by_rule, place_pasted, place_units, save_category
from orgs.guidance_tables import CategoryTable, PlacementTable
from orgs.models import GuidanceCategory, Unit

#: Units whose names stand on the page of a category.
_SHOWN = 100


class CategoryList(ListPage):
    """分类指导: what kinds of places and units there are, and how many."""

    permission = VIEW_CATEGORY
    heading = "分类指导类别"
    table_class = CategoryTable
    template_name = "orgs/guidancecategory_list.html"

    def get_queryset(self) -> Any:
        running = Q(
            placements__pk__isnull=False,
            placements__ends_on__isnull=True,
            placements__unit__closed_on__isnull=True,
        )
        by_hand = running & Q(placements__is_by_hand=True)
        return GuidanceCategory.objects.annotate(
            unit_count=Count("placements", filter=running),
            hand_count=Count("placements", filter=by_hand),
        )

    def get_extra(self) -> dict[str, Any]:
        extra: dict[str, Any] = {
            "help_text": "按地方和单位的类别分别制定工作方案；每个单位归入一个类别。",
            "units_url": reverse("orgs:placement_list"),
            "unplaced": unplaced_units().count(),
        }
        if self.actor.may(MANAGE_CATEGORY):
            extra |= {
                "create_url": reverse("orgs:guidancecategory_create"),
                "create_label": "新建类别",
                "may_manage": True,
            }
        return extra


class CategoryDetail(DetailPage):
    permission = VIEW_CATEGORY
    queryset = GuidanceCategory.objects.all()
    template_name = "orgs/guidancecategory_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        category = self.object
        return [
            ("规则", category.rule_text),
            ("说明", category.description or "—"),
            ("顺序", category.order),
            ("状态", "使用中" if category.is_active else "已停用"),
        ]

    def get_extra(self) -> dict[str, Any]:
        members = units_in(self.object).within(self.scope)
        return {
            "members": list(members[:_SHOWN]),
            "member_count": members.count(),
            "may_edit": self.actor.may(MANAGE_CATEGORY),
            "list_url": f"{reverse('orgs:placement_list')}?guided={self.object.pk}",
            "crumbs": [("分类指导类别", reverse("orgs:guidancecategory_list"))],
        }


class _CategoryForm(FormPage, base=True):
    form_class = CategoryForm
    success_message = "已保存。规则有变化时，请再按规则归类一次。"

    def get_cancel_url(self) -> str:
        return reverse("orgs:guidancecategory_list")


class CategoryCreate(_CategoryForm):
    permission = MANAGE_CATEGORY
    heading = "新建指导类别"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"order": categories_in_use().count() + 1}}

    def perform(self, form: Any) -> GuidanceCategory:
        return save_category(None, actor=self.actor, values=form.cleaned_data)


class CategoryEdit(RecordsMixin, _CategoryForm):
    permission = MANAGE_CATEGORY
    queryset = GuidanceCategory.objects.all()
    heading = "修改指导类别"

    def get_form_kwargs(self) -> dict[str, Any]:
        category = self.get_object()
        return {"initial": {name: getattr(category, name) for name in CategoryForm.base_fields}}

    def perform(self, form: Any) -> GuidanceCategory:
        return save_category(self.get_object(), actor=self.actor, values=form.cleaned_data)


# --- units --------------------------------------------------------------------------------


def _crumbs() -> list[tuple[str, str]]:
    return [
        ("分类指导类别", reverse("orgs:guidancecategory_list")),
        ("单位归类", reverse("orgs:placement_list")),
    ]


class PlacementList(ListPage):
    """单位归类: every unit with its category; what is filtered can be placed at once."""

    permission = VIEW_CATEGORY
    heading = "单位归类"
    queryset = Unit.objects.filter(closed_on__isnull=True).select_related("parent")
    table_class = PlacementTable
    filterset_class = PlacementFilter
    template_name = "orgs/placement_list.html"
    fragment_template = "orgs/_placement_body.html"

    def get_queryset(self) -> Any:
        running = Prefetch(
            "placements",
            queryset=running_placements().select_related("category"),
            to_attr="placed",
        )
        return super().get_queryset().prefetch_related(running)

    def get_extra(self) -> dict[str, Any]:
        query = self.request.GET.copy()
        for name in ("sort", "page"):
            query.pop(name, None)
        return {
            "may_manage": self.actor.may(MANAGE_CATEGORY),
            "assign_url": f"{reverse('orgs:placement_assign')}?{query.urlencode()}",
            "crumbs": _crumbs()[:1],
        }


class PlacementAssign(RecordsMixin, FormPage):
    """Place all units of a filtered list; the filter stands in the address."""

    permission = MANAGE_CATEGORY
    queryset = Unit.objects.filter(closed_on__isnull=True)
    heading = "批量归类"
    form_class = PlaceForm
    submit_label = "归类"
    template_name = "orgs/placement_assign.html"

    def get_units(self) -> Any:
        return PlacementFilter(
            self.request.GET, queryset=self.get_queryset(), request=self.request
        ).qs

    def perform(self, form: Any) -> int:
        moved = place_units(
            form.cleaned_data["category"],
            actor=self.actor,
            unit_ids=self.get_units().values_list("pk", flat=True),
            starts_on=form.cleaned_data["starts_on"],
        )
        self.say(f"已把 {moved} 家单位归入“{form.cleaned_data['category']}”。")
        return moved

    def get_success_url(self, result: int) -> str:
        return reverse("orgs:placement_list")

    def get_cancel_url(self) -> str:
        return f"{reverse('orgs:placement_list')}?{self.request.GET.urlencode()}"

    def get_extra(self) -> dict[str, Any]:
        units = self.get_units()
        return {
            "count": units.count(),
            "sample": list(units.order_by("path")[:12]),
            "crumbs": _crumbs(),
        }


class PlacementPaste(FormPage):
    """Place units by a list copied from a sheet."""

    permission = MANAGE_CATEGORY
    heading = "粘贴归类名单"
    form_class = PasteForm
    submit_label = "归类"
    help_text = (
        "在表格中复制两列粘贴到下面：第一列为单位名称或代码，第二列为指导类别的名称，不带表头。"
        "有一行不对就全部不写入，改正后再粘贴。"
    )

    def perform(self, form: Any) -> int:
        moved = place_pasted(form.cleaned_data["text"], actor=self.actor)
        self.say(f"已归类，{moved} 家单位的类别有变化。")
        return moved

    def get_success_url(self, result: int) -> str:
        return reverse("orgs:placement_list")

    def get_cancel_url(self) -> str:
        return reverse("orgs:placement_list")

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": _crumbs()}


class PlacementByRule(ConfirmPage):
    """Apply the rules of all categories."""

    permission = MANAGE_CATEGORY
    heading = "按规则归类"
    submit_label = "按规则归类"

    def perform(self, form: Any) -> int:
        moved = place_by_rule(actor=self.actor)
        self.say(f"已按规则归类，{moved} 家单位的类别有变化。")
        return moved

    def get_success_url(self, result: int) -> str:
        return reverse("orgs:placement_list")

    def get_cancel_url(self) -> str:
        return reverse("orgs:guidancecategory_list")

    def get_extra(self) -> dict[str, Any]:
        question = (
            "将按各类别的规则，从顺序在前的类别起给全部单位归类。"
            "人工指定的单位保持不变；同时符合几类的归入顺序在前的一类。"
        )
        return {"question": question, "crumbs": _crumbs()[:1]}
