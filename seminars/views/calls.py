"""Calls for papers: what is asked, who judges, how it stands, what came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import request_report
from gongjian.commons.honours.documents import CERTIFICATES
from gongjian.commons.honours.models import Honour
from gongjian.foundation.audit.models import TrailEntry
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
from seminars.authority import MANAGE_CALL, VIEW_CALL, WRITE_PAPER
from seminars.documents import PROCEEDINGS, RESULTS
from seminars.enums import CallState, PaperState
from seminars.forms import (
    AnnounceForm,
    AnswerObjectionForm,
    AssignForm,
    CallForm,
    ExpertForm,
    ObjectForm,
    PrizeForm,
    RemarkForm,
)
from seminars.models import (
    Award,
    Call,
    Expert,
    Objection,
    Paper,
    PaperAuthor,
    ReviewAssignment,
    ReviewRemark,
)
from seminars.queries import SHOWN, judges_of, papers_for, results_of, standings, tally
from seminars.services.calls import close_call, open_call, save_call, start_review
from seminars.services.judging import (
    add_expert,
    assign_evenly,
    assign_one,
    remark_on,
    remove_expert,
    reopen_review,
)
from seminars.services.results import (
    announce_call,
    answer_objection,
    award_call,
    back_to_review,
    change_prize,
    object_to,
    rank_call,
)
from seminars.tables import PAPER_TONES, REVIEW_TONES, CallTable

_CALLS = Call.objects.select_related("criteria__questionnaire")
_CHAIN = (
    (CallState.DRAFT, "筹备"),
    (CallState.OPEN, "征集"),
    (CallState.CLOSED, "匿名分配"),
    (CallState.REVIEWING, "评审"),
    (CallState.RANKED, "拟奖"),
    (CallState.NOTICE, "公示"),
    (CallState.AWARDED, "公布"),
)


class _Readable(RecordsMixin):
    """A call in the making is the office's alone."""

    queryset = _CALLS

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        actor = self.actor  # type: ignore[attr-defined]
        return rows if actor.may(MANAGE_CALL) else rows.exclude(state=CallState.DRAFT)


class CallList(_Readable, ListPage):
    permission = VIEW_CALL
    table_class = CallTable
    heading = "研讨征文"

    def get_queryset(self) -> Any:
        handed_in = Count(
            "papers", filter=~Q(papers__state__in=[PaperState.DRAFT, PaperState.WITHDRAWN])
        )
        return super().get_queryset().annotate(papers_count=handed_in)

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(MANAGE_CALL)
        return {
            "create_url": reverse("seminars:call_create") if may else "",
            "create_label": "发起征文",
        }


class CallDetail(_Readable, DetailPage):
    permission = VIEW_CALL
    template_name = "seminars/call_detail.html"

    def get_place(self) -> None:
        return None

    def get_facts(self) -> list[tuple[str, Any]]:
        call: Call = self.object
        facts: list[tuple[str, Any]] = [
            ("截稿日期", long_date(call.closes_on)),
            ("字数", f"{call.shortest}至{call.longest}字"),
            ("限报", f"每单位{call.unit_quota}篇"),
            ("评审办法", self._method(call)),
        ]
        if call.corrections_until:
            facts.insert(1, ("修改截止", long_date(call.corrections_until)))
        if call.notice_until and call.notice_from:
            facts.append(
                ("公示期", f"{long_date(call.notice_from)}至{long_date(call.notice_until)}")
            )
        return facts

    @staticmethod
    def _method(call: Call) -> str:
        extremes = "，五人以上去掉最高分和最低分" if call.drops_extremes else ""
        return f"匿名评审，每篇{call.experts_each}位评委{extremes}"

    def get_steps(self) -> list[dict[str, str]]:
        # Announcing asks for the last day and has a page of its own.
        return [step for step in super().get_steps() if step["label"] != "公示"]

    def get_history(self) -> Sequence[TrailEntry]:
        # The judges' names stand in it, and authors are not to know them.
        return super().get_history() if self.actor.may(MANAGE_CALL) else []

    def get_extra(self) -> dict[str, Any]:
        call: Call = self.object
        manages = self.actor.may(MANAGE_CALL)
        awards = list(results_of(call)) if manages or call.state in SHOWN else []
        if not manages:
            awards = [award for award in awards if award.tier_id]
        judging = manages and call.state in {CallState.CLOSED, CallState.REVIEWING}
        return {
            "stages": self._stages(call),
            "tiers": call.tiers.all(),
            "guide": [line.strip() for line in call.guide.splitlines() if line.strip()],
            "mine": papers_for(self.actor).filter(call=call, unit=self.actor.unit_id),
            "paper_tones": PAPER_TONES,
            "may_manage": manages,
            "may_edit": manages and call.state in {CallState.DRAFT, CallState.OPEN},
            "may_write": call.state == CallState.OPEN
            and self.actor.may(WRITE_PAPER)
            and today() <= call.closes_on,
            "waiting": self._waiting(call) if judging else [],
            "standings": standings(call) if manages and call.state != CallState.OPEN else [],
            "judges": judges_of(call) if manages else [],
            "judging": judging,
            "awards": awards,
            "may_change": manages and call.state == CallState.RANKED,
            "may_announce": manages and call.state == CallState.RANKED,
            "may_object": call.state == CallState.NOTICE
            and self.actor.may(WRITE_PAPER)
            and (call.notice_until is None or today() <= call.notice_until),
            "objections": self._objections(call) if manages else [],
            "is_awarded": call.state == CallState.AWARDED,
            "tally": tally(call) if manages or call.state in SHOWN else None,
        }

    @staticmethod
    def _stages(call: Call) -> list[tuple[str, str]]:
        order = [state for state, _ in _CHAIN]
        here = order.index(CallState(call.state))
        done = call.state == CallState.AWARDED
        return [
            (word, "past" if done or place < here else "now" if place == here else "")
            for place, (_, word) in enumerate(_CHAIN)
        ]

    @staticmethod
    def _waiting(call: Call) -> Any:
        """Papers without an anonymous copy."""
        return Paper.objects.filter(
            call=call, state__in=[PaperState.SUBMITTED, PaperState.RETURNED]
        ).select_related("unit")

    @staticmethod
    def _objections(call: Call) -> Any:
        return Objection.objects.filter(award__call=call).select_related("award__paper", "unit")


class CallCreate(FormPage):
    permission = MANAGE_CALL
    form_class = CallForm
    heading = "发起征文"
    help_text = "保存后先聘请评委，再发布。"

    def perform(self, form: Any) -> Call:
        values = dict(form.cleaned_data)
        tiers = values.pop("tiers")
        return save_call(None, actor=self.actor, values=values, tiers=tiers)

    def get_cancel_url(self) -> str:
        return reverse("seminars:call_list")


class CallEdit(RecordsMixin, FormPage):
    permission = MANAGE_CALL
    queryset = _CALLS.filter(state__in=[CallState.DRAFT, CallState.OPEN])
    form_class = CallForm
    heading = "修改征文"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": CallForm.initial_of(self.get_object())}

    def perform(self, form: Any) -> Call:
        values = dict(form.cleaned_data)
        tiers = values.pop("tiers")
        return save_call(self.get_object(), actor=self.actor, values=values, tiers=tiers)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class CallStep(_Readable, StepPage):
    permission = VIEW_CALL
    services = {
        "open": open_call,
        "close": close_call,
        "review": start_review,
        "rank": rank_call,
        "back": back_to_review,
        "award": award_call,
    }

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())


class _OfCall(RecordsMixin):
    """A page about one call that leads back to it."""

    queryset = _CALLS

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class CallAnnounce(_OfCall, FormPage):
    permission = MANAGE_CALL
    form_class = AnnounceForm
    heading = "公示评奖结果"
    submit_label = "公示"
    success_message = "已公示，各单位会收到提醒。"

    def perform(self, form: Any) -> Call:
        return announce_call(self.get_object(), actor=self.actor, until=form.cleaned_data["until"])


class ExpertAdd(_OfCall, FormPage):
    permission = MANAGE_CALL
    form_class = ExpertForm
    template_name = "seminars/act.html"
    heading = "聘请评委"
    submit_label = "聘请"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"units": Unit.objects.within(self.scope).filter(closed_on=None)}

    def perform(self, form: Any) -> Call:
        call: Call = self.get_object()
        add_expert(call, actor=self.actor, **form.cleaned_data)
        return call


class ExpertRemove(RecordsMixin, ConfirmPage):
    permission = MANAGE_CALL
    queryset = Expert.objects.select_related("call")
    heading = "移出评委"
    submit_label = "移出"

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": f"把{self.get_object().name}移出评委名单。"}

    def perform(self, form: Any) -> Call:
        return remove_expert(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().call.get_absolute_url())


class AssignAll(_OfCall, ConfirmPage):
    """平均分配: everything that is missing, at once."""

    permission = MANAGE_CALL
    heading = "平均分配评委"
    submit_label = "分配"
    help_text = "按回避规则和工作量平均分配，已分配的不变。"

    def perform(self, form: Any) -> Call:
        call: Call = self.get_object()
        done = assign_evenly(call, actor=self.actor)
        if done.short:
            self.say(
                f"已分配{done.made}份；{'、'.join(done.short)}可用评委不足，请增聘或手工指派。"
            )
        else:
            self.say(f"已分配{done.made}份。" if done.made else "每篇评委都已足够。")
        return call


class AssignOne(RecordsMixin, FormPage):
    permission = MANAGE_CALL
    queryset = Paper.objects.filter(state=PaperState.BLINDED).select_related("call", "unit")
    form_class = AssignForm
    heading = "指派评委"
    submit_label = "指派"
    success_message = "已指派。"

    def get_form_kwargs(self) -> dict[str, Any]:
        paper: Paper = self.get_object()
        return {"experts": paper.call.experts.exclude(assignments__paper=paper)}

    def get_extra(self) -> dict[str, Any]:
        paper: Paper = self.get_object()
        return {"help_text": f"{paper.code}　{paper.title}（{paper.unit.name}）"}

    def perform(self, form: Any) -> ReviewAssignment:
        return assign_one(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("seminars:paper_judging", args=[result.paper_id])

    def get_cancel_url(self) -> str:
        return reverse("seminars:paper_judging", args=[self.get_object().pk])


class PaperJudging(RecordsMixin, FormPage):
    """One paper as its judges saw it: points, words, and what is said among them."""

    permission = MANAGE_CALL
    queryset = Paper.objects.filter(state=PaperState.BLINDED).select_related("call", "unit")
    form_class = RemarkForm
    template_name = "seminars/paper_judging.html"
    submit_label = "发给评委"
    success_message = "已发给本篇评委。"

    def get_heading(self) -> str:
        return f"评审情况：{self.get_object().code}"

    def perform(self, form: Any) -> ReviewRemark:
        return remark_on(self.get_object(), actor=self.actor, text=form.cleaned_data["text"])

    def get_success_url(self, result: Any) -> str:
        return reverse("seminars:paper_judging", args=[result.paper_id])

    def get_cancel_url(self) -> str:
        return str(self.get_object().call.get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        paper: Paper = self.get_object()
        standing = next(one for one in standings(paper.call) if one.paper.pk == paper.pk)
        return {
            "object": paper,
            "standing": standing,
            "assignments": paper.assignments.select_related("expert__works_at"),
            "tones": REVIEW_TONES,
            "remarks": paper.remarks.all(),
            "judging": paper.call.state == CallState.REVIEWING,
        }


class ReviewReopen(StepPage):
    permission = MANAGE_CALL
    queryset = ReviewAssignment.objects.select_related("paper__call", "expert")
    services = {"reopen": reopen_review}

    def get_success_url(self, result: Any) -> str:
        self.say("已退回重评，评委会收到提醒。")
        return reverse("seminars:paper_judging", args=[result.paper_id])

    def get_cancel_url(self) -> str:
        return reverse("seminars:paper_judging", args=[self.get_object().paper_id])


class PrizeChange(RecordsMixin, FormPage):
    permission = MANAGE_CALL
    queryset = Award.objects.select_related("call", "paper__unit", "tier")
    form_class = PrizeForm
    heading = "调整奖项"
    success_message = "已调整。"

    def get_form_kwargs(self) -> dict[str, Any]:
        award: Award = self.get_object()
        return {"call": award.call, "initial": {"tier": award.tier_id, "reason": award.reason}}

    def get_extra(self) -> dict[str, Any]:
        award: Award = self.get_object()
        return {"help_text": f"第{award.rank}名　{award.score}分　{award.paper.title}"}

    def perform(self, form: Any) -> Award:
        return change_prize(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return str(self.get_object().call.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.get_object().call.get_absolute_url())


class AwardObject(RecordsMixin, FormPage):
    """异议: by any unit that writes, about any prize that is announced."""

    permission = WRITE_PAPER
    form_class = ObjectForm
    heading = "提出异议"
    submit_label = "提出"
    success_message = "已提出，办公室核实后会答复。"

    def get_queryset(self) -> Any:
        rows: Any = Award.objects.filter(call__state=CallState.NOTICE, tier__isnull=False)
        return rows.select_related("call", "paper__unit", "tier")

    def get_extra(self) -> dict[str, Any]:
        award: Award = self.get_object()
        return {"help_text": f"对“{award.paper.title}”拟获{award.tier}的异议。"}

    def perform(self, form: Any) -> Objection:
        unit = Unit.objects.get(pk=self.actor.unit_id or 0)
        return object_to(
            self.get_object(), actor=self.actor, unit=unit, text=form.cleaned_data["text"]
        )

    def get_success_url(self, result: Any) -> str:
        return str(result.award.call.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.get_object().call.get_absolute_url())


class ObjectionAnswer(RecordsMixin, FormPage):
    permission = MANAGE_CALL
    queryset = Objection.objects.filter(is_upheld=None).select_related(
        "award__call", "award__paper"
    )
    form_class = AnswerObjectionForm
    heading = "处理异议"
    submit_label = "答复"
    success_message = "已答复，提出单位会收到提醒。"

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": self.get_object().text}

    def perform(self, form: Any) -> Objection:
        return answer_objection(
            self.get_object(),
            actor=self.actor,
            is_upheld=form.cleaned_data["decision"] == "yes",
            answer=form.cleaned_data["answer"],
        )

    def get_success_url(self, result: Any) -> str:
        return str(result.award.call.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.get_object().award.call.get_absolute_url())


class Proceedings(_OfCall, ConfirmPage):
    """论文集 as a PDF with contents; made in the background."""

    permission = MANAGE_CALL
    queryset = _CALLS.filter(state=CallState.AWARDED)
    heading = "编印论文集"
    submit_label = "生成 PDF"
    help_text = "收入全部获奖论文，按奖项排序，带目录和页码。完成后可在报告中心下载。"

    def perform(self, form: Any) -> ReportJob:
        call: Call = self.get_object()
        return request_report(
            PROCEEDINGS.key,
            actor=self.actor,
            title=f"{call}论文集",
            parameters={"call": call.pk},
        )

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")


class Certificates(_OfCall, ConfirmPage):
    """获奖证书 of all authors, one page each."""

    permission = MANAGE_CALL
    queryset = _CALLS.filter(state=CallState.AWARDED)
    heading = "打印获奖证书"
    submit_label = "生成 PDF"
    help_text = "每位作者一页，带编号和核验码。完成后可在报告中心下载。"

    def perform(self, form: Any) -> ReportJob:
        call: Call = self.get_object()
        keys = PaperAuthor.objects.filter(paper__call=call).values("pk")
        honours = Honour.objects.filter(
            source_kind=PaperAuthor._meta.label_lower, source_id__in=keys
        )
        return request_report(
            CERTIFICATES.key,
            actor=self.actor,
            title=f"{call}获奖证书",
            parameters={"honours": sorted(honours.values_list("pk", flat=True))},
        )

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")


class ResultsExport(_OfCall, Page):
    """All papers with points and prizes as a workbook."""

    permission = MANAGE_CALL

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        call: Call = self.get_object()
        request_report(
            RESULTS.key,
            actor=self.actor,
            title=f"{call}评审汇总",
            parameters={"call": call.pk, "state": call.state, "on": str(today())},
        )
        self.say("正在生成评审汇总，完成后可在报告中心下载。")
        return HttpResponseRedirect(reverse("documents:report_centre"))
