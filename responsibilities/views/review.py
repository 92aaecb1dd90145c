"""Pages of the superior: the work list, one return side by side, bulk acceptance."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_tables2 import RequestConfig

from gongjian.foundation.kernel.errors import FieldErrors
from gongjian.foundation.tenancy.together import look_up_together
from gongjian.foundation.web.pages import ConfirmPage, DetailPage, ListPage, Page, StepPage
from responsibilities.authority import (
    DELEGATE_REVIEW,
    FILL_RETURN,
    MANAGE_JOINT,
    MANAGE_PHRASE,
    REVIEW_RETURN,
    VIEW_RETURN,
)
from responsibilities.comparison import compare
from responsibilities.enums import ReturnState
from responsibilities.filters.review import EVERY_STATE, SIGNED, ReviewFilter
from responsibilities.models import QuarterlyReturn
from responsibilities.queries.joint import joint_of, rule_above_ahead, with_signatures
from responsibilities.queries.returns import earlier_returns_ahead, targets_of_ahead
from responsibilities.queries.review import may_review, phrases_ahead, phrases_for, reviewable
from responsibilities.queries.thread import thread_of
from responsibilities.services.behalf import is_own_filing
from responsibilities.services.joint import take_back_signature
from responsibilities.services.review import (
    accept_many,
    accept_return,
    mark_seen,
    send_back_return,
)
from responsibilities.services.review_turns import (
    LONGEST_MESSAGE,
    escalate_return,
    hand_down_return,
    post_message,
    take_over_return,
    unaccept_return,
)
from responsibilities.tables.review import ReviewTable

_RETURNS = QuarterlyReturn.objects.select_related(
    "unit", "period", "form", "obligation", "review_place", "reviewer_post"
)
_PIN = re.compile(r"pins\[(\w{1,12})\]")
#: So many returns are walked through with J and K; nobody reviews more in one go.
LONGEST_WALK = 1000
#: So many are looked over in one preview.
LONGEST_BATCH = 300
#: The states of the pills, in the order of the work.
_PILLS = (
    (ReturnState.SUBMITTED, "待审核"),
    (ReturnState.SENT_BACK, "已退回"),
    (ReturnState.ACCEPTED, "已通过"),
    (ReturnState.DRAFT, "填报中"),
)


class _ReviewPage(Page, base=True):
    """Pages over the returns that this post decides on, with the list they were found in."""

    permission = REVIEW_RETURN
    queryset = _RETURNS

    def get_queryset(self) -> Any:
        return self.queryset.filter(pk__in=reviewable(self.actor).values("pk"))

    def walk(self) -> list[int]:
        """Keys of the returns of the work list, in its order: what J and K go through."""
        rows = with_signatures(reviewable(self.actor), self.actor)
        filterset = ReviewFilter(self.request.GET, queryset=rows, request=self.request)
        table = ReviewTable(filterset.qs)
        RequestConfig(self.request, paginate=False).configure(table)
        return list(table.data.data.values_list("pk", flat=True)[:LONGEST_WALK])

    def with_list(self, url: str) -> str:
        """Carry the filters of the work list along."""
        words = self.request.GET.urlencode()
        return f"{url}?{words}" if words else url


class ReviewList(_ReviewPage, ListPage):
    """季报审核: what waits for this post, the longest waiting first."""

    permission = REVIEW_RETURN
    table_class = ReviewTable
    filterset_class = ReviewFilter
    template_name = "responsibilities/review_list.html"
    fragment_template = "responsibilities/_review_body.html"
    heading = "季报审核"

    def get_queryset(self) -> Any:
        chosen = with_signatures(reviewable(self.actor), self.actor)
        return chosen.select_related(
            "unit", "period", "obligation", "review_place", "reviewer_post"
        )

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"listed": self.request.GET.urlencode(), "post_id": self.actor.post_id}

    def get_extra(self) -> dict[str, Any]:
        everything = self.request.GET.copy()
        everything["state"] = EVERY_STATE
        mine = with_signatures(reviewable(self.actor), self.actor)
        found = ReviewFilter(everything, queryset=mine).qs
        rows = found.order_by().values_list("state", "signed_here").annotate(Count("pk"))
        counts: dict[str, int] = {}
        for state, signed_here, number in rows:
            waits = SIGNED if signed_here and state == ReturnState.SUBMITTED else state
            counts[waits] = counts.get(waits, 0) + number
        chosen = self.request.GET.get("state") or ReturnState.SUBMITTED
        pills = [
            {"value": str(state), "label": label, "count": counts.get(state, 0)}
            for state, label in _PILLS
        ]
        if counts.get(SIGNED) or chosen == SIGNED:
            # In its place beside what waits for the own party.
            label = "待另一方会签"
            pills.insert(1, {"value": SIGNED, "label": label, "count": counts.get(SIGNED, 0)})
        pills.append({"value": EVERY_STATE, "label": "全部", "count": sum(counts.values())})
        return {
            "pills": pills,
            "chosen_state": str(chosen),
            "may_delegate": self.actor.may(DELEGATE_REVIEW),
            "may_keep_phrases": self.actor.may(MANAGE_PHRASE),
            "may_set_joint": self.actor.may(MANAGE_JOINT),
        }


class AcceptMany(_ReviewPage, ConfirmPage):
    """批量通过: first shows what will be accepted; what is odd is ticked one by one."""

    permission = REVIEW_RETURN
    template_name = "responsibilities/accept_many.html"
    heading = "批量通过"
    submit_label = "确认通过"

    def chosen(self) -> QuerySet[QuarterlyReturn]:
        ids = [int(text) for text in self.request.POST.getlist("ids") if text.isdigit()]
        rows: QuerySet[QuarterlyReturn] = self.get_queryset()
        return rows.filter(pk__in=ids).order_by("unit__path")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.get_cancel_url())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "confirmed" in request.POST:
            return super().post(request, *args, **kwargs)
        if not self.chosen().exists():
            messages.warning(request, "请先勾选要通过的报表。")
            return HttpResponseRedirect(self.get_cancel_url())
        return self.show(self.get_form())

    def perform(self, form: Any) -> Any:
        ids = [row.pk for row in self.chosen()]
        done, refused = accept_many(ids, actor=self.actor)
        half = QuarterlyReturn.objects.filter(
            pk__in=ids,
            state=ReturnState.SUBMITTED,
            signatures__voided_at__isnull=True,
            signatures__user_id=self.actor.user_id or 0,
        ).count()
        words = [f"已通过 {done - half} 份"] if done > half else []
        words += [f"本方已会签 {half} 份，待另一方会签"] if half else []
        self.say(f"{'；'.join(words)}。" if words else "没有勾选任何报表，没有办理。")
        for text in refused:
            messages.warning(self.request, f"没有通过：{text}")
        return done

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return self.with_list(reverse("responsibilities:review_list"))

    def get_extra(self) -> dict[str, Any]:
        rows = list(self.chosen()[: LONGEST_BATCH + 1])
        waiting = [row for row in rows[:LONGEST_BATCH] if row.state == ReturnState.SUBMITTED]
        odd = [row for row in waiting if row.findings or row.is_nil]
        return {
            "ready": [row for row in waiting if row not in odd],
            "odd": [
                {
                    "row": row,
                    "labels": {cell.code: cell.label for cell in row.form.entries()},
                    "remarks": row.remarks,
                }
                for row in odd
            ],
            "others": [row for row in rows[:LONGEST_BATCH] if row not in waiting],
            "too_many": len(rows) > LONGEST_BATCH,
            "limit": LONGEST_BATCH,
        }


class ReturnDetail(DetailPage):
    """One return side by side with its last quarter, last year and its peers."""

    permission = VIEW_RETURN
    queryset = _RETURNS.select_related(
        "obligation__unit", "unit__parent", "review_place__parent"
    ).prefetch_related("pins")
    template_name = "responsibilities/return_detail.html"

    def get_steps(self) -> list[dict[str, str]]:
        return []

    def get_facts(self) -> list[tuple[str, Any]]:
        row = self.object
        facts = [
            ("单位", row.unit),
            ("期间", row.period),
            ("截止日期", row.obligation.deadline_label),
            ("报送人", row.submitted_by or "—"),
        ]
        if row.filed_on_behalf:
            facts += [
                ("代报人", row.filed_on_behalf),
                ("纸质签字件", row.paper_note or "未登记"),
            ]
        if row.is_nil:
            facts.append(("零报告理由", row.nil_reason))
        return facts

    def get_history(self) -> list[Any]:
        # The thread tells it together with remarks and messages.
        return []

    def get_extra(self) -> dict[str, Any]:
        row, actor = self.object, self.actor
        look_up_together(
            [
                earlier_returns_ahead(row.unit, row.period),
                targets_of_ahead(row.unit, row.period.year),
                rule_above_ahead(row.review_unit.parent_id or 0),
                *phrases_ahead(actor),
            ]
        )
        mine = may_review(actor, row)
        joint = joint_of(row, actor)
        reviewing = mine and row.state == ReturnState.SUBMITTED
        return {
            "comparison": compare(row, reviewing=mine or actor.unit_id != row.unit_id),
            "may_review": reviewing,
            "joint": joint,
            "may_sign": joint is None or joint.may_sign,
            "may_take_back": mine and joint is not None and joint.may_take_back,
            "is_own_filing": row.state == ReturnState.SUBMITTED and is_own_filing(row, actor),
            "turns": self.turns(mine=mine),
            "is_taken": bool(row.reviewer_post_id and row.reviewer_post_id != actor.post_id),
            "may_fill": row.is_editable and actor.unit_id == row.unit_id,
            "may_ask": mine or actor.may(FILL_RETURN, at=row.unit),
            "phrases": phrases_for(actor) if reviewing else [],
            "thread": thread_of(row),
            "typed": getattr(self, "typed", {}),
            "errors": getattr(self, "errors", {}),
            "reason": self.request.POST.get("reason", ""),
            "longest_message": LONGEST_MESSAGE,
            "listed": self.request.GET.urlencode(),
            **(self.neighbours() if actor.may(REVIEW_RETURN) else {}),
        }

    def turns(self, *, mine: bool) -> list[dict[str, str]]:
        """Acts beside accepting and sending back, each on a page that asks the reason."""
        row = self.object
        names: list[str] = []
        if mine and row.state == ReturnState.SUBMITTED:
            above = row.review_unit.parent
            names += ["escalate"] if above is not None and above.parent_id else []
            names += ["hand_down"] if row.review_place_id else []
        if mine and row.state == ReturnState.ACCEPTED:
            names.append("unaccept")
        steps = [row.lifecycle[name] for name in names]
        return [
            {
                "label": step.label,
                "icon": step.icon,
                "url": reverse("responsibilities:return_turn", args=[row.pk, step.name]),
            }
            for step in steps
        ]

    def neighbours(self) -> dict[str, Any]:
        """Where this return stands in the work list, and its two neighbours."""
        page = ReviewSteps(request=self.request)
        ids = page.walk()
        if self.object.pk not in ids:
            following = ids[0] if ids else None
            return {"next_url": page.address(following), "left": len(ids)}
        place = ids.index(self.object.pk)
        return {
            "next_url": page.address(ids[place + 1] if place + 1 < len(ids) else None),
            "previous_url": page.address(ids[place - 1] if place else None),
            "place": place + 1,
            "left": len(ids),
        }


class ReviewSteps(_ReviewPage):
    """接着审: opens the first return that waits, so that an afternoon is enough."""

    permission = REVIEW_RETURN

    def address(self, pk: int | None) -> str:
        if pk is None:
            return ""
        return self.with_list(reverse("responsibilities:quarterlyreturn_detail", args=[pk]))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        first = next(iter(self.walk()), None)
        return HttpResponseRedirect(
            self.address(first) or self.with_list(reverse("responsibilities:review_list"))
        )


class _ReturnPage(_ReviewPage, base=True):
    def get_object(self) -> QuarterlyReturn:
        found: QuarterlyReturn | None = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found


class ReturnSeen(_ReturnPage):
    """Told by the open page: the reviewer has looked, so the unit withdraws no more."""

    permission = REVIEW_RETURN

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mark_seen(self.get_object(), actor=self.actor)
        return HttpResponse(status=204)


class ReturnDecide(ReturnDetail):
    """Acceptance or sending back, with remarks pinned to cells."""

    permission = REVIEW_RETURN

    def get_queryset(self) -> Any:
        return self.queryset.filter(pk__in=reviewable(self.actor).values("pk"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        # Asked before the decision, after which the return is not in the list any more.
        following = self.neighbours().get("next_url")
        onwards = HttpResponseRedirect(following or self.back_to_list())
        posted = ((_PIN.fullmatch(name), str(text)) for name, text in request.POST.items())
        self.typed = {match[1]: text for match, text in posted if match and text.strip()}
        if request.POST.get("decision") == "accept":
            row = accept_return(
                self.object,
                actor=self.actor,
                reason=request.POST.get("reason", ""),
                remarks=self.typed,
            )
            passed = row.state == ReturnState.ACCEPTED
            words = f"本方已会签{row.unit}的报表，待另一方会签。"
            self.say(f"已通过{row.unit}的报表。" if passed else words)
            return onwards
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
        return onwards

    def back_to_list(self) -> str:
        words = self.request.GET.urlencode()
        url = reverse("responsibilities:review_list")
        return f"{url}?{words}" if words else url


class ReturnTurn(_ReturnPage, StepPage):
    """提请上级审定、交回下级、撤销通过: each with its reason."""

    permission = REVIEW_RETURN
    services = {
        "unaccept": unaccept_return,
        "escalate": escalate_return,
        "hand_down": hand_down_return,
    }

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())


class ReturnTakeOver(_ReturnPage, ConfirmPage):
    """接手: what comes back goes to this post from now on."""

    permission = REVIEW_RETURN
    heading = "接手审核"
    submit_label = "接手"
    success_message = "已接手，单位补正后会直接回到您这里。"

    def perform(self, form: Any) -> QuarterlyReturn:
        return take_over_return(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        row = self.get_object()
        holder = row.reviewer_post
        text = f"这张报表现由{holder}审核。" if holder else "这张报表还没有人查看。"
        return {"object": row, "question": f"{text}接手后，单位补正的报表直接回到您这里。"}


class ReturnTakeBack(_ReturnPage, ConfirmPage):
    """取回会签: the own party's signature, while the other has not signed."""

    permission = REVIEW_RETURN
    heading = "取回会签"
    submit_label = "取回"
    success_message = "已取回本方会签，可以重新审核。"

    def perform(self, form: Any) -> QuarterlyReturn:
        return take_back_signature(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        question = "取回后本方可以重新会签或退回补正；另一方会看到取回记录。"
        return {"object": self.get_object(), "question": question}


class ReturnAsk(DetailPage):
    """问询: a word between reviewer and unit; nothing is sent back."""

    permission = VIEW_RETURN
    queryset = _RETURNS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.get_object().get_absolute_url())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_object()
        words = request.GET.urlencode()
        try:
            post_message(row, actor=self.actor, text=request.POST.get("text", ""))
            self.say("已发出，对方会收到提醒。")
        except FieldErrors as error:
            messages.warning(request, next(iter(error.errors.values()))[0])
        return HttpResponseRedirect(
            f"{row.get_absolute_url()}{f'?{words}' if words else ''}#thread"
        )
