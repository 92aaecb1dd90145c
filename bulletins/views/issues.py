"""Issues: making, reviewing, signing, sending out, reading."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from bulletins.authority import CORRECT_ISSUE, EDIT_DISPATCH, MAKE_ISSUE, READ_ISSUE
from bulletins.documents import ISSUE, PRINTED, REGISTER, word_of
from bulletins.enums import DispatchState, IssueState
from bulletins.filters import IssueFilter
from bulletins.forms import IssueForm, ItemForm, NewIssueForm, SendOutForm, SeriesForm
from bulletins.models import BulletinSeries, Correction, Dispatch, Issue, IssueItem
from bulletins.queries import readable_issues
from bulletins.services.issues import (
    add_item,
    change_issue,
    change_item,
    credit_of,
    make_issue,
    open_issue,
    order_items,
    remove_item,
    review_issue,
    save_series,
    send_back_issue,
    send_out_issue,
    sign_issue,
    submit_issue,
)
from bulletins.tables import IssueTable
from bulletins.text import clean
from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import request_report
from gongjian.commons.documents.views import file_answer
from gongjian.foundation.kernel.dates import long_date, today
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
from orgs.queries import root_unit

_ISSUES = Issue.objects.select_related("series")


class _Readable(RecordsMixin):
    """Printed issues for every reader; those in the making for who makes and reviews them."""

    queryset = _ISSUES

    def get_queryset(self) -> Any:
        readable = readable_issues(self.actor)  # type: ignore[attr-defined]
        return super().get_queryset() & readable


class IssueList(_Readable, ListPage):
    permission = READ_ISSUE
    table_class = IssueTable
    filterset_class = IssueFilter
    template_name = "bulletins/issue_list.html"
    heading = "工运简报"

    def get_queryset(self) -> Any:
        return super().get_queryset().annotate(items_count=Count("items"))

    def get_extra(self) -> dict[str, Any]:
        makes = self.actor.may(MAKE_ISSUE)
        return {
            "may_make": makes,
            "create_url": reverse("bulletins:issue_create") if makes else "",
            "create_label": "新编一期",
        }


class IssueCreate(FormPage):
    permission = MAKE_ISSUE
    form_class = NewIssueForm
    heading = "新编一期"
    submit_label = "开始编排"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not BulletinSeries.objects.exists():
            return HttpResponseRedirect(reverse("bulletins:series_create"))
        return super().get(request, *args, **kwargs)

    def perform(self, form: Any) -> Issue:
        return make_issue(actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("bulletins:issue_make", args=[result.pk])

    def get_cancel_url(self) -> str:
        return reverse("bulletins:issue_list")


class SeriesCreate(FormPage):
    permission = MAKE_ISSUE
    form_class = SeriesForm
    heading = "刊物设置"
    success_message = "刊物已保存。"

    def perform(self, form: Any) -> BulletinSeries:
        return save_series(None, actor=self.actor, values=form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("bulletins:issue_create")

    def get_cancel_url(self) -> str:
        return reverse("bulletins:issue_list")


class SeriesEdit(RecordsMixin, FormPage):
    permission = MAKE_ISSUE
    queryset = BulletinSeries.objects.all()
    form_class = SeriesForm
    heading = "刊物设置"
    success_message = "刊物已保存，从下一期起使用。"

    def get_form_kwargs(self) -> dict[str, Any]:
        series = self.get_object()
        return {"initial": {name: getattr(series, name) for name in SeriesForm.base_fields}}

    def perform(self, form: Any) -> BulletinSeries:
        return save_series(self.get_object(), actor=self.actor, values=form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("bulletins:issue_list")

    def get_cancel_url(self) -> str:
        return reverse("bulletins:issue_list")


class IssueDetail(_Readable, DetailPage):
    """The issue as it reads, with its reviews; opening it signs for the unit."""

    permission = READ_ISSUE
    template_name = "bulletins/issue_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        issue: Issue = self.object
        facts: list[tuple[str, Any]] = [
            ("期号", issue.number_words),
            ("编印单位", issue.series.publisher),
            ("印发日期", long_date(issue.printed_on) if issue.printed_on else "签发时确定"),
        ]
        if issue.topic:
            facts.append(("本期主题", issue.topic))
        if issue.signed_by:
            facts.append(("签发人", issue.signed_by))
        return facts

    def get_steps(self) -> list[dict[str, str]]:
        # Sending out asks for the readers and has a page of its own.
        return [step for step in super().get_steps() if step["label"] != "印发"]

    def get_place(self) -> None:
        return None

    def get_extra(self) -> dict[str, Any]:
        issue: Issue = self.object
        receipts = list(issue.receipts.select_related("unit"))
        opened = [receipt for receipt in receipts if receipt.opened_at]
        items = issue.items.prefetch_related(
            "sources__dispatch__unit", "sources__dispatch__authors"
        )
        makes = self.actor.may(MAKE_ISSUE)
        mine = next((row for row in receipts if row.unit_id == self.actor.unit_id), None)
        return {
            "items": [
                {"item": item, "body": clean(item.body), "credit": credit_of(item)}
                for item in items
            ],
            "reviews": issue.reviews.all(),
            "corrections": Correction.objects.filter(issue=issue).select_related(
                "issue__series", "series"
            ),
            "may_correct": self.actor.may(CORRECT_ISSUE) and issue.state == IssueState.SENT_OUT,
            "receipts": receipts if makes else [],
            "opened": opened,
            "unopened": [receipt for receipt in receipts if not receipt.opened_at],
            "stages": _stages(issue),
            "may_make": makes and issue.state == IssueState.MAKING,
            "may_send_out": makes and issue.state == IssueState.SIGNED,
            "is_printed": issue.state in PRINTED,
            "may_print": True,
            "mails": issue.mails.all() if makes else [],
            "may_mail": makes and issue.state in PRINTED,
            "must_sign": mine is not None and mine.opened_at is None,
        }


def _stages(issue: Issue) -> list[tuple[str, str]]:
    order = list(IssueState)
    here = order.index(IssueState(issue.state))
    words = ("编排", "初审", "复审", "终审", "签发", "印发", "完成")
    last = len(order) - 1
    return [
        (word, "past" if place < here or here == last else "now" if place == here else "")
        for place, word in enumerate(words[:-1])
    ]


class IssueReceive(_Readable, ConfirmPage):
    """签收 for the unit, by one press."""

    permission = READ_ISSUE
    heading = "签收简报"
    submit_label = "签收"
    success_message = "已签收。"

    def perform(self, form: Any) -> Issue:
        issue: Issue = self.get_object()
        open_issue(issue, actor=self.actor)
        return issue

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class IssueMake(RecordsMixin, FormPage):
    """编排: pieces on the left, the issue on the right, in the order it is printed."""

    permission = MAKE_ISSUE
    queryset = _ISSUES.filter(state=IssueState.MAKING)
    form_class = IssueForm
    template_name = "bulletins/issue_make.html"
    success_message = "已保存。"

    def get_heading(self) -> str:
        return f"编排：{self.get_object()}"

    def get_form_kwargs(self) -> dict[str, Any]:
        issue = self.get_object()
        return {"initial": {name: getattr(issue, name) for name in IssueForm.base_fields}}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        issue = self.get_object()
        here = HttpResponseRedirect(reverse("bulletins:issue_make", args=[issue.pk]))
        act = request.POST.get("act", "")
        if act == "add":
            numbers = [pk for pk in request.POST.getlist("dispatches") if pk.isdigit()]
            rows = self.candidates().filter(pk__in=numbers)
            if request.POST.get("combined"):
                add_item(issue, actor=self.actor, dispatches=list(rows))
            else:
                for row in rows or [None]:
                    add_item(issue, actor=self.actor, dispatches=[row] if row else [])
            return here
        if act == "order":
            order_items(
                issue,
                actor=self.actor,
                item_ids=[int(pk) for pk in request.POST.getlist("items") if pk.isdigit()],
            )
            return here
        return super().post(request, *args, **kwargs)

    def candidates(self) -> Any:
        return Dispatch.objects.filter(
            state__in=[DispatchState.SENT, DispatchState.EDITING, DispatchState.RESERVED]
        ).select_related("unit")

    def perform(self, form: Any) -> Issue:
        values = dict(form.cleaned_data)
        revision = values.pop("revision")
        return change_issue(self.get_object(), actor=self.actor, values=values, revision=revision)

    def get_success_url(self, result: Any) -> str:
        return reverse("bulletins:issue_make", args=[result.pk])

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        issue = self.get_object()
        items = issue.items.prefetch_related(
            "sources__dispatch__unit", "sources__dispatch__authors"
        )
        return {
            "object": issue,
            "items": [{"item": item, "credit": credit_of(item)} for item in items],
            "candidates": self.candidates().order_by("-sent_at", "-pk")[:100],
        }


class ItemMove(RecordsMixin, Page):
    """One place up or down; for those who do not drag."""

    permission = MAKE_ISSUE
    queryset = IssueItem.objects.filter(issue__state=IssueState.MAKING).select_related("issue")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        item: IssueItem = self.get_object()
        ids = list(item.issue.items.values_list("pk", flat=True))
        place = ids.index(item.pk)
        other = place + (-1 if kwargs["way"] == "up" else 1)
        if 0 <= other < len(ids):
            ids[place], ids[other] = ids[other], ids[place]
            order_items(item.issue, actor=self.actor, item_ids=ids)
        return HttpResponseRedirect(reverse("bulletins:issue_make", args=[item.issue_id]))


class ItemEdit(RecordsMixin, FormPage):
    permission = MAKE_ISSUE
    queryset = IssueItem.objects.filter(issue__state=IssueState.MAKING).select_related(
        "issue__series"
    )
    form_class = ItemForm
    template_name = "bulletins/dispatch_form.html"
    heading = "编辑本期稿件"
    help_text = "只改本期的文字，来稿保持原样。"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_object()
        names = ("section", "title", "body", "revision")
        return {"initial": {name: getattr(item, name) for name in names}}

    def perform(self, form: Any) -> IssueItem:
        return change_item(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("bulletins:issue_make", args=[result.issue_id])

    def get_cancel_url(self) -> str:
        return reverse("bulletins:issue_make", args=[self.get_object().issue_id])


class ItemRemove(RecordsMixin, ConfirmPage):
    permission = MAKE_ISSUE
    queryset = IssueItem.objects.select_related("issue__series")
    heading = "移出本期"
    submit_label = "移出"
    help_text = "稿件回到编辑台，可以编入以后各期。"

    def perform(self, form: Any) -> Issue:
        return remove_item(self.get_object(), actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return reverse("bulletins:issue_make", args=[result.pk])

    def get_cancel_url(self) -> str:
        return reverse("bulletins:issue_make", args=[self.get_object().issue_id])


def _review(step: str) -> Any:
    def act(issue: Issue, *, actor: Any, reason: str = "") -> Issue:
        return review_issue(issue, step, actor=actor, reason=reason)

    return act


class IssueStep(_Readable, StepPage):
    permission = READ_ISSUE
    services = {
        "submit": submit_issue,
        "first": _review("first"),
        "second": _review("second"),
        "final": _review("final"),
        "sign": sign_issue,
        "send_back": send_back_issue,
    }

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())


class IssueSendOut(RecordsMixin, FormPage):
    """印发: who gets it; all units directly below the region are chosen already."""

    permission = MAKE_ISSUE
    queryset = _ISSUES.filter(state=IssueState.SIGNED)
    form_class = SendOutForm
    template_name = "bulletins/unit_form.html"
    heading = "印发"
    submit_label = "印发"
    success_message = "已印发，各单位会收到提醒。"

    def units(self) -> Any:
        return Unit.objects.within(self.scope).filter(closed_on=None, parent__isnull=False)

    def get_form_kwargs(self) -> dict[str, Any]:
        root = root_unit()
        below = self.units().filter(parent=root).values_list("pk", flat=True)
        return {"units": self.units(), "initial": {"units": list(below)}}

    def perform(self, form: Any) -> Issue:
        return send_out_issue(
            self.get_object(),
            actor=self.actor,
            units=form.cleaned_data["units"],
            reason=form.cleaned_data["reason"],
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class IssuePrint(_Readable, ConfirmPage):
    permission = READ_ISSUE
    heading = "打印简报"
    submit_label = "生成 PDF"
    help_text = "在后台排版，完成后可在报告中心下载。未签发的印有“样稿”字样。"

    def perform(self, form: Any) -> ReportJob:
        issue: Issue = self.get_object()
        return request_report(
            ISSUE.key,
            actor=self.actor,
            title=str(issue),
            parameters={"issue": issue.pk, "revision": issue.revision, "state": issue.state},
        )

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class IssueWord(_Readable, Page):
    """The issue as a Word document; unsigned ones are marked as a draft."""

    permission = READ_ISSUE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        made = word_of(self.get_object())
        return file_answer(
            made.content, name=made.name, content_type=made.content_type, as_attachment=True
        )


class Register(Page):
    """来稿登记簿 of this year as a workbook, made in the background."""

    permission = EDIT_DISPATCH

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request_report(
            REGISTER.key,
            actor=self.actor,
            title=f"{today().year}年来稿登记簿",
            parameters={"year": today().year},
        )
        self.say("正在生成来稿登记簿，完成后可在报告中心下载。")
        return HttpResponseRedirect(reverse("documents:report_centre"))
