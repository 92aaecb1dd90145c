"""The register: entering, proof, families, verification, release, paste and export."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from gongjian.commons.points.queries import rules_for
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import FieldErrors
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
    StepPage,
)
from orgs.models import Unit
from publicity.authority import VERIFY_PLACEMENT, VIEW_PLACEMENT, WRITE_PLACEMENT
from publicity.documents import register_workbook
from publicity.enums import WRITABLE, PlacementState
from publicity.filters import PlacementFilter
from publicity.forms import FamilyForm, PasteForm, PlacementForm, ReleaseForm
from publicity.models import Placement, PlannedCoverage
from publicity.points import MECHANISM
from publicity.queries import alike, clippings_of, family_of, readable_by
from publicity.services.pasting import HEAD, enter_pasted, read_pasted
from publicity.services.register import (
    annul_placement,
    file_placement,
    reject_placement,
    release_placement,
    send_back_placement,
    set_family,
    verify_placement,
    withdraw_placement,
    write_placement,
)
from publicity.tables import TONES, PlacementTable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_EXPORTED = 20_000


class _Readable(RecordsMixin):
    queryset = Placement.objects.all()

    def get_queryset(self) -> Any:
        return readable_by(self.actor)  # type: ignore[attr-defined]


class PlacementList(_Readable, ListPage):
    permission = VIEW_PLACEMENT
    table_class = PlacementTable
    filterset_class = PlacementFilter
    template_name = "publicity/placement_list.html"
    heading = "宣传刊播"

    def get_extra(self) -> dict[str, Any]:
        writes = self.actor.may(WRITE_PLACEMENT)
        query = self.request.GET.urlencode()
        return {
            "may_write": writes,
            "create_url": reverse("publicity:placement_create") if writes else "",
            "create_label": "登记刊播",
            "export_url": reverse("publicity:placement_export") + (f"?{query}" if query else ""),
            "export_label": "导出 Excel",
        }


class PlacementExport(Page):
    """The register as filtered, at once."""

    permission = VIEW_PLACEMENT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows: QuerySet[Placement] = readable_by(self.actor)
        chosen = PlacementFilter(request.GET, queryset=rows, request=request).qs
        found = chosen.select_related("unit", "outlet", "reprint_of__outlet").prefetch_related(
            "shares__unit"
        )[:MOST_EXPORTED]
        return workbook_answer(register_workbook(list(found)), "宣传刊播.xlsx")


def workbook_answer(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return answer


class PlacementDetail(_Readable, DetailPage):
    permission = VIEW_PLACEMENT
    template_name = "publicity/placement_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        row: Placement = self.object
        outlet = row.outlet
        facts: list[tuple[str, Any]] = [
            ("媒体", f"{outlet}（{outlet.get_level_display()}，{outlet.get_medium_display()}）"),
            ("刊播日期", long_date(row.published_on)),
            ("版面、栏目或节目", row.spot + ("（头版头条）" if row.is_front else "") or "—"),
            ("体裁和来源", f"{row.get_genre_display()}，{row.get_origin_display()}"),
            ("主题", row.theme or "未注明"),
            ("登记", f"{row.unit}，{row.entered_at:%Y-%m-%d}"),
        ]
        if row.reporter:
            facts.append(("作者或记者", row.reporter))
        if row.campaign:
            facts.append(("宣传策划", row.campaign))
        if row.filed_by:
            facts.append(("报送人", row.filed_by))
        if row.verified_by:
            facts.append(("核实人", row.verified_by))
        return facts

    def get_extra(self) -> dict[str, Any]:
        row: Placement = self.object
        may_write = row.state in WRITABLE and self.actor.may(WRITE_PLACEMENT, at=row.unit)
        verifies = self.actor.may(VERIFY_PLACEMENT)
        likely = alike(row)
        is_verified = row.state == PlacementState.VERIFIED
        family = family_of(row)
        return {
            "tone": TONES[PlacementState(row.state)],
            "shares": list(row.shares.select_related("unit")),
            "family": family if len(family) > 1 else [],
            "alike": likely if not row.not_alike else [],
            "may_write": may_write,
            "may_judge": bool(likely)
            and (may_write or (verifies and row.state == PlacementState.FILED)),
            "may_release": verifies and is_verified,
            "lacks_proof": row.state in WRITABLE and not clippings_of(row),
            "own_entry": verifies
            and row.state == PlacementState.FILED
            and self.actor.user_id in {row.entered_by_user_id, row.filed_by_user_id},
            "lacks_rules": is_verified and rules_for(MECHANISM, row.published_on.year) is None,
        }

    def get_steps(self) -> list[dict[str, str]]:
        row: Placement = self.object
        own = self.actor.user_id in {row.entered_by_user_id, row.filed_by_user_id}
        # Whoever entered it is told so instead of being offered a button that refuses,
        # and the office sends another unit's entry back rather than withdrawing it.
        hidden = {"核实通过"} if own else set()
        if row.unit_id != self.actor.unit_id and not own:
            hidden.add("撤回")
        return [step for step in super().get_steps() if step["label"] not in hidden]


class _PlacementForm(FormPage, base=True):
    """Entering and changing share one form."""

    form_class = PlacementForm
    template_name = "publicity/unit_form.html"
    placement: Placement | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        coverages = PlannedCoverage.objects.filter(campaign__state="running").exclude(
            state="dropped"
        )
        if self.placement is not None and self.placement.coverage_id:
            coverages |= PlannedCoverage.objects.filter(pk=self.placement.coverage_id)
        return {
            "units": Unit.objects.within(self.scope).filter(closed_on=None),
            "every_unit": Unit.objects.filter(closed_on=None),
            "coverages": coverages.filter(unit__in=Unit.objects.within(self.scope)).select_related(
                "campaign"
            ),
            "initial": self.get_initial(),
        }

    def get_initial(self) -> dict[str, Any]:
        return {}

    def perform(self, form: Any) -> Placement:
        values = dict(form.cleaned_data)
        parts, unit = values.pop("shares"), values.pop("unit")
        return write_placement(
            self.placement, actor=self.actor, unit=unit, values=values, parts=parts
        )


class PlacementCreate(_PlacementForm):
    permission = WRITE_PLACEMENT
    heading = "登记刊播"
    submit_label = "保存，下一步上传剪报"

    def get_initial(self) -> dict[str, Any]:
        first: dict[str, Any] = {"unit": self.actor.unit_id}
        chosen = self.request.GET.get("coverage", "")
        if chosen.isdigit():
            coverage = (
                PlannedCoverage.objects.within(self.scope)
                .select_related("campaign")
                .filter(pk=chosen)
                .first()
            )
            if coverage is not None:
                first |= {
                    "coverage": coverage.pk,
                    "unit": coverage.unit_id,
                    "theme": coverage.campaign.theme,
                }
        return first

    def get_cancel_url(self) -> str:
        return reverse("publicity:placement_list")


class PlacementEdit(RecordsMixin, _PlacementForm):
    permission = WRITE_PLACEMENT
    queryset = Placement.objects.filter(state__in=WRITABLE).select_related("unit", "outlet")
    heading = "修改登记"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        self.placement = self.get_object()
        kwargs = super().get_form_kwargs()
        # What was entered for one unit is not moved to another.
        kwargs["units"] = kwargs["units"].filter(pk=self.placement.unit_id)
        return kwargs

    def get_initial(self) -> dict[str, Any]:
        return PlacementForm.initial_of(self.placement) if self.placement else {}

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class PlacementStep(_Readable, StepPage):
    permission = VIEW_PLACEMENT
    services = {
        "file": file_placement,
        "withdraw": withdraw_placement,
        "verify": verify_placement,
        "send_back": send_back_placement,
        "reject": reject_placement,
        "annul": annul_placement,
    }

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())


class PlacementFamily(_Readable, FormPage):
    """Reprint or not: settled before it counts."""

    permission = VIEW_PLACEMENT
    form_class = FamilyForm
    heading = "认定转载"
    submit_label = "认定"
    help_text = "标题相同的报道可能是同一篇的转载。转载按积分规则折算，同一篇不重复计分。"
    success_message = "已认定。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"alike": alike(self.get_object())}

    def perform(self, form: Any) -> Placement:
        chosen = form.cleaned_data["first"]
        first = None if chosen == "none" else Placement.objects.get(pk=chosen)
        return set_family(
            self.get_object(), actor=self.actor, first=first, reason=form.cleaned_data["reason"]
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class PlacementRelease(RecordsMixin, FormPage):
    permission = VERIFY_PLACEMENT
    queryset = Placement.objects.filter(state=PlacementState.VERIFIED)
    form_class = ReleaseForm
    heading = "对外公开"
    submit_label = "公开"
    help_text = "公开页只显示标题、媒体、日期、摘要和网址。"
    success_message = "已公开。"

    def perform(self, form: Any) -> Placement:
        return release_placement(self.get_object(), actor=self.actor, is_released=True)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class PlacementHide(RecordsMixin, ConfirmPage):
    permission = VERIFY_PLACEMENT
    queryset = Placement.objects.filter(state=PlacementState.VERIFIED)
    heading = "撤下公开"
    submit_label = "撤下"
    help_text = "从公开页撤下；已经打开过的浏览器最多五分钟后不再显示。"
    success_message = "已撤下。"

    def perform(self, form: Any) -> Placement:
        return release_placement(self.get_object(), actor=self.actor, is_released=False)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class PlacementPaste(FormPage):
    """Many at once from Excel; what cannot be read is shown cell by cell."""

    permission = WRITE_PLACEMENT
    form_class = PasteForm
    template_name = "publicity/paste.html"
    heading = "批量登记"
    submit_label = "登记"
    help_text = "从 Excel 复制后粘贴，每行一篇。全部正确才会登记，登记后逐篇上传剪报再报送。"

    def perform(self, form: Any) -> list[Placement]:
        entered = enter_pasted(form.cleaned_data["rows"], actor=self.actor)
        self.say(f"已登记 {len(entered)} 篇，请逐篇上传剪报后报送核实。")
        return entered

    def get_success_url(self, result: Any) -> str:
        return reverse("publicity:placement_list")

    def get_cancel_url(self) -> str:
        return reverse("publicity:placement_list")

    def get_extra(self) -> dict[str, Any]:
        text = self.request.POST.get("rows", "")
        try:
            lines = read_pasted(text, actor=self.actor) if text else []
        except FieldErrors:
            lines = []
        return {"columns": HEAD, "lines": lines, "example": today().isoformat()}
