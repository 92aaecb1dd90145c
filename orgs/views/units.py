"""The unit tree: navigator, the unit beside it, and the acts on a unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from gongjian.foundation.kernel.actor import Reach, Scope
from gongjian.foundation.web.pages import DetailPage, FormPage, Page, RecordsMixin
from gongjian.foundation.web.requests import wants_fragment
from orgs.authority import IMPORT_UNIT, MANAGE_POST, MANAGE_UNIT, VIEW_UNIT
from orgs.enums import Category, Level, Line
from orgs.fields import unit_label
from orgs.forms import CloseUnitForm, MoveUnitForm, OrganizationForm, UnitForm
from orgs.models import Organization, Post, Unit
from orgs.queries import (
    TreeNode,
    ancestor_paths,
    current_appointments,
    opened_tree,
    search_units,
    top_unit,
    visible_ancestors,
)
from orgs.services import (
    close_unit,
    create_unit,
    edit_organization,
    edit_unit,
    found_organization,
    move_unit,
)

#: Kind of a child offered first below each level.
_CHILD_LEVEL = {
    Level.PROVINCE: (Level.PREFECTURE, Category.REGION),
    Level.PREFECTURE: (Level.COUNTY, Category.REGION),
    Level.COUNTY: (Level.TOWNSHIP, Category.TOWN),
    Level.TOWNSHIP: (Level.GRASSROOTS, Category.VILLAGE),
    Level.GRASSROOTS: (Level.GRASSROOTS, Category.PRIVATE_ENTERPRISE),
}


@dataclass(frozen=True, slots=True)
class OrganizationSlot:
    """One line of a unit: its organization, or the address to register one."""

    line: Line
    organization: Organization | None
    create_url: str
    edit_url: str


class UnitDetail(DetailPage):
    """A unit beside the navigator; htmx asks for the unit alone."""

    permission = VIEW_UNIT
    queryset = Unit.objects.select_related("parent")
    template_name = "orgs/unit_tree.html"
    heading = "组织架构"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = unit = self.get_object()
        context = {
            "object": unit,
            "chain": self.visible_ancestors(unit),
            "measures": self.measures(unit),
            "organizations": self.organizations(unit),
            "posts": self.posts(unit),
            "actions": self.actions(unit),
            "history": self.get_history() if self.actor.may(MANAGE_UNIT, at=unit) else None,
            "may_manage_posts": self.actor.may(MANAGE_POST, at=unit),
        }
        if wants_fragment(request):
            context["children"] = self.children(unit)
            return self.render(context, template="orgs/_unit.html")
        top = top_unit(self.actor, self.scope)
        tree = opened_tree(top, unit, self.scope) if top is not None else TreeNode(unit)
        query = request.GET.get("q", "")
        context |= {
            "tree": tree,
            "opened": ancestor_paths(unit.path),
            "children": _level_below(tree, unit.pk),
            "query": query,
            "hits": find_units(self, query) if query else None,
            "crumbs": [("工作台", "/"), ("组织架构", "")],
            "import_url": reverse("orgs:unit_import_create") if self.actor.may(IMPORT_UNIT) else "",
        }
        return self.render(context)

    def visible_ancestors(self, unit: Unit) -> list[Unit]:
        return visible_ancestors(unit, self.scope)

    def measures(self, unit: Unit) -> list[tuple[str, int, str]]:
        return [
            ("职工", unit.worker_count, "人"),
            ("会员", unit.member_count, "人"),
            ("党员", unit.party_member_count, "人"),
            ("企业", unit.enterprise_count, "家"),
        ]

    def organizations(self, unit: Unit) -> list[OrganizationSlot]:
        found = {
            organization.line: organization
            for organization in Organization.objects.filter(unit=unit).select_related("superior")
        }
        may_manage = self.actor.may(MANAGE_UNIT, at=unit) and unit.is_open
        return [
            OrganizationSlot(
                line,
                organization := found.get(line),
                reverse("orgs:organization_create", args=[unit.pk, line.value])
                if may_manage and organization is None
                else "",
                reverse("orgs:organization_edit", args=[organization.pk])
                if may_manage and organization is not None
                else "",
            )
            for line in Line
        ]

    def posts(self, unit: Unit) -> list[Post]:
        running = Prefetch("appointments", queryset=current_appointments(), to_attr="running")
        return list(Post.objects.filter(unit=unit).order_by("pk").prefetch_related(running))

    def children(self, unit: Unit) -> list[Unit]:
        below = Unit.objects.within(self.scope).filter(parent=unit, closed_on__isnull=True)
        return list(below.order_by("sort_order", "path"))

    def actions(self, unit: Unit) -> list[tuple[str, str, str]]:
        """Label, address and style of what this post may do with the unit."""
        if not unit.is_open:
            return []
        found: list[tuple[str, str, str]] = []
        if self.actor.may(MANAGE_UNIT, at=unit):
            found = [
                ("新增下级", reverse("orgs:unit_create", args=[unit.pk]), "primary"),
                ("修改", reverse("orgs:unit_edit", args=[unit.pk]), ""),
            ]
            if unit.parent_id is not None:
                found += [
                    ("调整隶属", reverse("orgs:unit_move", args=[unit.pk]), ""),
                    ("撤销", reverse("orgs:unit_close", args=[unit.pk]), "danger"),
                ]
        if self.actor.may(MANAGE_POST, at=unit):
            found.append(("新增职务", reverse("orgs:post_create", args=[unit.pk]), ""))
        return found


def _level_below(node: TreeNode, pk: int) -> list[Unit]:
    """Children of a unit that the opened navigator already holds."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.unit.pk == pk:
            return [below.unit for below in current.below or []]
        waiting += current.below or []
    return []


class UnitTree(UnitDetail):
    """组织架构: the navigator at its top."""

    permission = VIEW_UNIT

    def get_object(self) -> Unit:
        unit = top_unit(self.actor, self.scope)
        if unit is None:
            raise Http404
        return unit


class UnitChildren(RecordsMixin, Page):
    """One level of the navigator, fetched when it is opened."""

    permission = VIEW_UNIT
    queryset = Unit.objects.all()
    template_name = "orgs/_tree_level.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unit = self.get_object()
        below = Unit.objects.within(self.scope).filter(parent=unit, closed_on__isnull=True)
        nodes = [TreeNode(child) for child in below.order_by("sort_order", "path")]
        return self.render({"nodes": nodes})


def find_units(page: RecordsMixin, words: str) -> list[Unit]:
    within = Unit.objects.within(page.scope).filter(closed_on__isnull=True)
    return search_units(within.select_related("parent"), words, under=_under(page.scope))


def _under(scope: Scope) -> str:
    """The path that all units of a scope lie below."""
    return "" if scope.reach is Reach.TENANT else scope.path


class UnitSearch(RecordsMixin, Page):
    """Hits for a name, a code or pinyin initials."""

    permission = VIEW_UNIT
    template_name = "orgs/_tree_hits.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        query = request.GET.get("q", "").strip()
        return self.render({"query": query, "hits": find_units(self, query) if query else None})


class UnitOptions(Page):
    """Options for a field that chooses a unit, as the search types (``orgs.fields``)."""

    permission = VIEW_UNIT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # The reach of the act the unit is chosen for; the form checks it again.
        scope = self.actor.scope(request.GET.get("for", "")) or self.scope
        units = Unit.objects.within(scope).filter(closed_on__isnull=True)
        words = request.GET.get("q", "")
        found = search_units(units.select_related("parent"), words, limit=30, under=_under(scope))
        options = [
            {"value": unit.pk, "text": unit_label(unit), "pinyin": f"{unit.pinyin} {unit.code}"}
            for unit in found
        ]
        return JsonResponse({"options": options})


# --- acts on a unit -----------------------------------------------------------------------


class UnitFormPage(RecordsMixin, FormPage, base=True):
    """A form about the unit in the address."""

    queryset = Unit.objects.filter(closed_on__isnull=True)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        unit = self.get_object()
        return {
            "object": unit,
            "crumbs": [("组织架构", reverse("orgs:unit_tree")), (unit.name, self.get_cancel_url())],
        }


class UnitCreate(UnitFormPage):
    permission = MANAGE_UNIT
    heading = "新增下级单位"
    form_class = UnitForm
    success_message = "已新增单位。"

    def get_form_kwargs(self) -> dict[str, Any]:
        level, category = _CHILD_LEVEL[Level(self.get_object().level)]
        return {"initial": {"level": level, "category": category}}

    def perform(self, form: Any) -> Unit:
        return create_unit(actor=self.actor, parent=self.get_object(), values=form.cleaned_data)


class UnitEdit(UnitFormPage):
    permission = MANAGE_UNIT
    heading = "修改单位"
    form_class = UnitForm
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        unit = self.get_object()
        return {"initial": {name: getattr(unit, name) for name in UnitForm.base_fields}}

    def perform(self, form: Any) -> Unit:
        return edit_unit(self.get_object(), actor=self.actor, values=form.cleaned_data)


class UnitMove(UnitFormPage):
    permission = MANAGE_UNIT
    heading = "调整隶属"
    form_class = MoveUnitForm
    submit_label = "调整"
    help_text = "这个单位连同所有下级一起移到新的上级之下，代码和历史记录不变。"
    success_message = "已调整隶属。"

    def get_form_kwargs(self) -> dict[str, Any]:
        unit = self.get_object()
        levels = [level.value for level in Level]
        above = levels[: max(levels.index(unit.level), 1)]
        parents = (
            Unit.objects.within(self.scope)
            .filter(closed_on__isnull=True, level__in=above)
            .exclude(path__under=unit.path)
            .exclude(pk=unit.parent_id)
        )
        return {"parents": parents.order_by("path")}

    def perform(self, form: Any) -> Unit:
        return move_unit(self.get_object(), actor=self.actor, parent=form.cleaned_data["parent"])


class UnitClose(UnitFormPage):
    permission = MANAGE_UNIT
    heading = "撤销单位"
    form_class = CloseUnitForm
    submit_label = "撤销"
    help_text = "撤销后不再下达目标、不再填报；已报送的内容保留。"
    success_message = "已撤销。"

    def perform(self, form: Any) -> Unit:
        return close_unit(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Unit) -> str:
        return reverse("orgs:unit_detail", args=[result.parent_id or result.pk])


# --- organizations --------------------------------------------------------------------------


class OrganizationCreate(UnitFormPage):
    permission = MANAGE_UNIT
    form_class = OrganizationForm
    submit_label = "登记"
    success_message = "已登记。"

    @property
    def line(self) -> Line:
        try:
            return Line(self.kwargs["line"])
        except ValueError:
            raise Http404 from None

    def get_heading(self) -> str:
        return f"登记{self.line.label}"

    def get_form_kwargs(self) -> dict[str, Any]:
        unit = self.get_object()
        superiors = possible_superiors(self.line)
        above = superiors.filter(unit__path__in=ancestor_paths(unit.path)[:-1])
        nearest = above.order_by("-unit__path").first()
        return {"line": self.line, "superiors": superiors, "initial": {"superior": nearest}}

    def perform(self, form: BaseForm) -> Organization:
        values = dict(form.cleaned_data)
        unit = self.get_object()
        basic = {name: values.pop(name) for name in ("kind", "name", "superior", "founded_on")}
        organization = found_organization(unit, actor=self.actor, line=self.line, **basic)
        if any(values.values()):
            organization = edit_organization(organization, actor=self.actor, values=values)
        return organization


def possible_superiors(line: Line) -> Any:
    """Organizations of a line that have others below them."""
    above = Organization.objects.filter(line=line).exclude(unit__level=Level.GRASSROOTS)
    return above.filter(unit__closed_on__isnull=True).order_by("unit__path")


class OrganizationEdit(RecordsMixin, FormPage):
    permission = MANAGE_UNIT
    queryset = Organization.objects.select_related("unit")
    heading = "修改组织"
    form_class = OrganizationForm
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        organization = self.get_object()
        line = Line(organization.line)
        names = OrganizationForm.base_fields
        return {
            "line": line,
            "superiors": possible_superiors(line).exclude(pk=organization.pk),
            "initial": {name: getattr(organization, name) for name in names},
        }

    def perform(self, form: Any) -> Organization:
        return edit_organization(self.get_object(), actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())
