"""Pages of the superior: returns to review, one return side by side, bulk acceptance."""

from __future__ import annotations

import re
import statistics
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gongjian.foundation.kernel.errors import FieldErrors
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import ConfirmPage, DetailPage, ListPage, Page, RecordsMixin
from responsibilities.authority import REVIEW_RETURN, VIEW_RETURN
from responsibilities.enums import ReturnState
from responsibilities.filters.review import ReviewFilter
from responsibilities.models import QuarterlyReturn
from responsibilities.queries.returns import peer_values
from responsibilities.services.behalf import is_own_filing, may_review_return
from responsibilities.services.review import (
    accept_many,
    accept_return,
    mark_seen,
    send_back_return,
)
from responsibilities.sheet import build_sheet
from responsibilities.tables.review import ReviewTable

_RETURNS = QuarterlyReturn.objects.select_related("unit", "period", "form", "obligation")
_PIN = re.compile(r"pins\[(\w{1,12})\]")
#: Words that reviewers write most; offered, never forced.
PHRASES = (
    "与上季相差较大，请核对原因。",
    "与花名册不符，请核对。",
    "部分大于总数，请更正。",
    "请补充说明变化原因。",
    "单位口径有误，请按填表说明更正。",
)


class ReviewList(ListPage):
    """季报审核: what waits for this post, the longest waiting first."""

    permission = REVIEW_RETURN
    queryset = _RETURNS
    table_class = ReviewTable
    filterset_class = ReviewFilter
    template_name = "responsibilities/review_list.html"
    heading = "季报审核"

    def get_summary(self, records: Any) -> str:
        waiting = self.get_queryset().filter(state=ReturnState.SUBMITTED).count()
        return f"共 {records.count()} 份，其中待审核 {waiting} 份"


class AcceptMany(RecordsMixin, ConfirmPage):
    """批量通过: first shows what will be accepted, then accepts it."""

    permission = REVIEW_RETURN
    queryset = _RETURNS
    template_name = "responsibilities/accept_many.html"
    heading = "批量通过"
    submit_label = "确认通过"

    def chosen(self) -> TenantQuerySet[Any]:
        ids = [int(text) for text in self.request.POST.getlist("ids") if text.isdigit()]
        return self.get_queryset().filter(pk__in=ids).order_by("unit__path")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("responsibilities:review_list"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "confirmed" in request.POST:
            return super().post(request, *args, **kwargs)
        if not self.chosen():
            messages.warning(request, "请先勾选要通过的报表。")
            return HttpResponseRedirect(reverse("responsibilities:review_list"))
        return self.show(self.get_form())

    def perform(self, form: Any) -> Any:
        done, refused = accept_many([row.pk for row in self.chosen()], actor=self.actor)
        self.say(f"已通过 {done} 份。")
        for text in refused:
            messages.warning(self.request, f"没有通过：{text}")
        return done

    def get_success_url(self, result: Any) -> str:
        return reverse("responsibilities:review_list")

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:review_list")

    def get_extra(self) -> dict[str, Any]:
        rows = list(self.chosen())
        ready = [row for row in rows if row.state == ReturnState.SUBMITTED]
        return {"ready": ready, "others": [row for row in rows if row not in ready]}


class ReturnDetail(DetailPage):
    """One return side by side with the last quarter and its peers; the reviewer decides here."""

    permission = VIEW_RETURN
    queryset = _RETURNS
    template_name = "responsibilities/return_detail.html"

    def get_steps(self) -> list[dict[str, str]]:
        return []

    def get_facts(self) -> list[tuple[str, Any]]:
        row = self.object
        facts = [
            ("单位", row.unit),
            ("期间", row.period),
            ("状态", row.get_state_display()),
            ("截止日期", f"{row.obligation.deadline:%Y-%m-%d}"),
            ("报送人", row.submitted_by or "—"),
        ]
        if row.filed_on_behalf:
            facts.append(("代报人", row.filed_on_behalf))
            facts.append(("纸质签字件", row.paper_note or "未登记"))
        if row.is_nil:
            facts.append(("零报告理由", row.nil_reason))
        return facts

    def get_extra(self) -> dict[str, Any]:
        row = self.object
        sheet = build_sheet(row.obligation, row)
        medians = _medians(row)
        for section in sheet.sections:
            for cell in section.rows:
                cell.median = medians.get(cell.code)
        may_review = row.state == ReturnState.SUBMITTED and may_review_return(row, self.actor)
        behalf = not self.actor.may(REVIEW_RETURN, at=row.unit)
        return {
            "sections": sheet.sections,
            "may_review": may_review,
            "is_own_filing": is_own_filing(row, self.actor),
            "seen_url": reverse(
                f"responsibilities:{'behalf_seen' if behalf else 'return_seen'}", args=[row.pk]
            ),
            "decide_url": reverse(
                f"responsibilities:{'behalf_decide' if behalf else 'return_decide'}",
                args=[row.pk],
            ),
            "may_fill": row.is_editable and self.actor.unit_id == row.unit_id,
            "phrases": PHRASES,
            "pins": list(row.pins.all()),
            "typed": getattr(self, "typed", {}),
            "errors": getattr(self, "errors", {}),
            "reason": self.request.POST.get("reason", ""),
        }


def _medians(row: QuarterlyReturn) -> dict[str, Any]:
    """Median of each cell among the units beside this one; none below three peers."""
    peers = peer_values(row)
    if len(peers) < 3:
        return {}
    medians = {}
    for cell in row.form.layout():
        known = [values[cell.slot] for values in peers if values[cell.slot] is not None]
        if len(known) >= 3:
            medians[cell.code] = statistics.median([value for value in known if value is not None])
    return medians


class ReturnSeen(RecordsMixin, Page):
    """Told by the open page: the reviewer has looked, so the unit withdraws no more."""

    permission = REVIEW_RETURN
    queryset = _RETURNS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mark_seen(self.get_object(), actor=self.actor)
        return HttpResponse(status=204)


class ReturnDecide(ReturnDetail):
    """Acceptance or sending back, with remarks pinned to cells."""

    permission = REVIEW_RETURN

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        posted = ((_PIN.fullmatch(name), str(text)) for name, text in request.POST.items())
        self.typed = {match[1]: text for match, text in posted if match and text.strip()}
        if request.POST.get("decision") == "accept":
            accept_return(self.object, actor=self.actor)
            self.say(f"已通过{self.object.unit}的报表。")
            return self.onwards()
        try:
            send_back_return(
                self.object,
                actor=self.actor,
                reason=request.POST.get("reason", ""),
                remarks=self.typed,
            )
        except FieldErrors as error:
            self.errors = {name: texts[0] for name, texts in error.errors.items()}
            answer = self.get(request, *args, **kwargs)
            answer.status_code = 422
            return answer
        self.say(f"已退回{self.object.unit}，对方会收到提醒。")
        return self.onwards()

    def onwards(self) -> HttpResponse:
        """Go straight to the next return that waits, so that an afternoon is enough."""
        following = (
            self.get_queryset()
            .filter(state=ReturnState.SUBMITTED)
            .exclude(pk=self.object.pk)
            .order_by("submitted_at", "pk")
            .first()
        )
        url = following.get_absolute_url() if following else reverse("responsibilities:review_list")
        return HttpResponseRedirect(url)
