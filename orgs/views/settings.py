"""Settings of a tenant: what roles may do, filing windows, and the trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.audit.sealing import head
from gongjian.foundation.calendar.models import CalendarDay, Period
from gongjian.foundation.kernel.authority import Authority, authorities
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.web.pages import FormPage, ListPage, Page, RecordsMixin
from orgs.authority import GRANT_ROLE, MANAGE_CALENDAR, VIEW_TRAIL
from orgs.enums import Role
from orgs.filters import TrailFilter
from orgs.forms import DEFAULT, ReachForm, WindowForm
from orgs.models import RoleGrant
from orgs.role_services import is_fixed, restore_role_grant, set_role_grant
from orgs.services import change_filing_window
from orgs.tables import PeriodTable, TrailTable
from orgs.trail_services import note_export
from orgs.trail_workbook import MOST, trail_workbook

REACH_LABELS = {
    "own": "本单位",
    "children": "直接下级",
    "subtree": "本级及以下",
    "tenant": "全地区",
    "": "—",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One permission of one role, as it holds now."""

    role: str
    label: str
    is_changed: bool
    url: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    permission: str
    label: str
    cells: list[Cell]


class RoleMatrix(Page):
    """角色权限: permissions down, roles across; a changed cell is marked."""

    permission = GRANT_ROLE
    heading = "角色权限"
    template_name = "orgs/role_matrix.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        changed = {(grant.role, grant.permission): grant.reach for grant in RoleGrant.objects.all()}
        roles = list(Role)
        rows = [
            MatrixRow(
                authority.key,
                authority.label,
                [_cell(authority, role, changed) for role in roles],
            )
            for authority in authorities
        ]
        crumbs = [("工作台", "/"), ("角色权限", "")]
        return self.render({"roles": roles, "rows": rows, "crumbs": crumbs})


def _cell(authority: Authority, role: Role, changed: dict[tuple[str, str], str]) -> Cell:
    default = authority.roles.get(role)
    reach = changed.get((role, authority.key), default.value if default else "")
    url = ""
    if not is_fixed(role, authority.key):
        url = reverse("orgs:role_grant_edit", args=[role.value, authority.key])
    return Cell(role.label, REACH_LABELS[reach], (role, authority.key) in changed, url)


class RoleGrantEdit(FormPage):
    permission = GRANT_ROLE
    heading = "调整权限范围"
    form_class = ReachForm
    success_message = "已调整，对方下一次点击即生效。"

    def get_form_kwargs(self) -> dict[str, Any]:
        role, permission = self.kwargs["role"], self.kwargs["permission"]
        if role not in Role.values or permission not in authorities or is_fixed(role, permission):
            raise Http404
        grant = RoleGrant.objects.filter(role=role, permission=permission).first()
        return {"initial": {"reach": DEFAULT if grant is None else grant.reach}}

    def perform(self, form: Any) -> None:
        role, permission, reach = self.kwargs["role"], self.kwargs["permission"], ""
        reach = form.cleaned_data["reach"]
        if reach == DEFAULT:
            restore_role_grant(role, permission, actor=self.actor)
        else:
            set_role_grant(role, permission, actor=self.actor, reach=reach)

    def get_success_url(self, result: None) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return reverse("orgs:role_matrix")

    def get_extra(self) -> dict[str, Any]:
        authority = authorities[self.kwargs["permission"]]
        role = Role(self.kwargs["role"])
        default = authority.roles.get(role)
        shown = REACH_LABELS[default.value] if default else "不授予"
        return {"help_text": f"{role.label}：{authority.label}。默认范围：{shown}。"}


class PeriodList(ListPage):
    """期间与工作日: filing windows, and the working days that count in them."""

    permission = MANAGE_CALENDAR
    heading = "期间与工作日"
    queryset = Period.objects.all()
    table_class = PeriodTable
    template_name = "orgs/period_list.html"

    def get_extra(self) -> dict[str, Any]:
        return {
            "corrections": list(CalendarDay.objects.order_by("-day")[:60]),
            "crumbs": [("工作台", "/"), ("期间与工作日", "")],
        }


class PeriodEdit(RecordsMixin, FormPage):
    permission = MANAGE_CALENDAR
    queryset = Period.objects.all()
    form_class = WindowForm
    heading = "调整填报期限"
    success_message = "已调整填报期限。"

    def get_form_kwargs(self) -> dict[str, Any]:
        period = self.get_object()
        return {"initial": {"opens_on": period.opens_on, "due_on": period.due_on}}

    def perform(self, form: Any) -> Period:
        return change_filing_window(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Period) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return reverse("orgs:period_list")

    def get_extra(self) -> dict[str, Any]:
        period = self.get_object()
        span = f"{period.starts_on:%Y-%m-%d}至{period.ends_on:%Y-%m-%d}"
        return {"object": period, "help_text": f"{period}（{span}）"}


class TrailList(ListPage):
    """操作记录: who did what, read by the auditor alone."""

    permission = VIEW_TRAIL
    heading = "操作记录"
    queryset = TrailEntry.objects.all()
    table_class = TrailTable
    filterset_class = TrailFilter

    def get_summary(self, records: Any) -> str:
        last = head()
        return f"已封存 {last.position} 条，末条摘要 {last.digest[:16]}…" if last.position else ""

    def get_extra(self) -> dict[str, Any]:
        query = self.request.GET.urlencode()
        return {
            "crumbs": [("工作台", "/"), ("操作记录", "")],
            "export_url": f"{reverse('orgs:trail_export')}?{query}",
        }


class TrailExport(Page):
    """What the filters show, as a workbook; that it was taken is an act of its own."""

    permission = VIEW_TRAIL

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FileResponse:
        chosen = TrailFilter(request.GET, queryset=TrailEntry.objects.all(), request=request).qs
        many = chosen.count()
        if many > MOST:
            raise DomainError(f"选中的记录有 {many} 条，一次最多导出 {MOST} 条，请缩短时间范围。")
        file = trail_workbook(chosen)
        note_export(actor=self.actor, filters=request.GET.dict(), many=many)
        name = f"操作记录{today():%Y%m%d}.xlsx"
        return FileResponse(file, as_attachment=True, filename=name)
