"""Papers: written by units, made anonymous by the office, adopted by others."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse

from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, RecordsMixin, StepPage
from gongjian.foundation.web.rich_text import clean
from orgs.models import Unit
from seminars.authority import (
    CONFIRM_UPTAKE,
    MANAGE_CALL,
    VIEW_PAPER,
    WRITE_PAPER,
)
from seminars.enums import CallState, PaperState, UptakeState
from seminars.filters import PaperFilter, UptakeFilter
from seminars.forms import BlindForm, PaperForm, UptakeForm
from seminars.models import BlindCopy, Call, Paper, Uptake
from seminars.queries import SHOWN, papers_for
from seminars.services.papers import (
    Author,
    exclude_paper,
    make_blind,
    propose_masks,
    return_paper,
    submit_paper,
    take_back_paper,
    withdraw_paper,
    write_paper,
)
from seminars.services.results import confirm_uptake, refuse_uptake, tell_uptake
from seminars.tables import PAPER_TONES, UPTAKE_TONES, PaperTable, UptakeTable

_WITH_UNIT = [PaperState.DRAFT, PaperState.RETURNED]


class _Readable(RecordsMixin):
    queryset = Paper.objects.all()

    def get_queryset(self) -> Any:
        return papers_for(self.actor)  # type: ignore[attr-defined]


class PaperList(_Readable, ListPage):
    permission = VIEW_PAPER
    table_class = PaperTable
    filterset_class = PaperFilter
    heading = "研讨论文"


class PaperDetail(_Readable, DetailPage):
    permission = VIEW_PAPER
    template_name = "seminars/paper_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        paper: Paper = self.object
        authors = "、".join(
            author.name if author.unit_id == paper.unit_id else f"{author.name}（{author.unit}）"
            for author in paper.authors.select_related("unit")
        )
        facts: list[tuple[str, Any]] = [
            ("征文", paper.call),
            ("报送单位", paper.unit),
            ("作者", authors or "尚未填写"),
            ("类别", paper.get_kind_display()),
            ("字数", f"{paper.words}字"),
        ]
        if paper.topic_id:
            facts.append(("所属课题", paper.topic))
        return facts

    def get_extra(self) -> dict[str, Any]:
        paper: Paper = self.object
        call = paper.call
        own = self.actor.may(WRITE_PAPER, at=paper.unit)
        manages = self.actor.may(MANAGE_CALL)
        shown = call.state in SHOWN
        award = paper.awards.select_related("tier").first() if shown or manages else None
        published = call.state == CallState.AWARDED
        return {
            "tone": PAPER_TONES[PaperState(paper.state)],
            "body": clean(paper.body),
            "versions": paper.versions.all(),
            "may_write": own and paper.state in _WITH_UNIT,
            "may_blind": manages
            and paper.state in {PaperState.SUBMITTED, PaperState.BLINDED}
            and call.state in {CallState.CLOSED, CallState.REVIEWING},
            "award": award if shown or manages else None,
            # Without names, and only when all is decided.
            "opinions": [
                row.opinion for row in paper.assignments.filter(state="done") if row.opinion
            ]
            if published
            else [],
            "uptakes": paper.uptakes.select_related("unit"),
            "may_tell_uptake": (own or manages)
            and paper.state not in {PaperState.DRAFT, PaperState.WITHDRAWN},
        }


class _PaperForm(FormPage, base=True):
    form_class = PaperForm
    template_name = "seminars/paper_form.html"
    success_message = "已保存。"

    def unit(self) -> Unit:
        raise NotImplementedError

    @staticmethod
    def values_of(form: Any, unit: Unit) -> dict[str, Any]:
        values = dict(form.cleaned_data)
        revision, keys = values.pop("revision"), values.pop("author_units")
        authors = [Author(keys.get(named, unit.pk), name) for name, named in values.pop("authors")]
        return {"values": values, "authors": authors, "revision": revision}


class PaperCreate(RecordsMixin, _PaperForm):
    """A new paper for the call of the address."""

    permission = WRITE_PAPER
    heading = "撰写论文"

    def get_queryset(self) -> Any:
        return Call.objects.filter(state=CallState.OPEN)

    def unit(self) -> Unit:
        unit = Unit.objects.filter(pk=self.actor.unit_id or 0).first()
        if unit is None:
            raise Http404
        return unit

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"unit": self.unit(), "initial": {"authors": self.actor.person_name}}

    def get_extra(self) -> dict[str, Any]:
        call: Call = self.get_object()
        return {
            "help_text": f"{call}：{call.shortest}至{call.longest}字，{long_date(call.closes_on)}"
            "截稿。正文里不要写单位和姓名，评审是匿名的。"
        }

    def perform(self, form: Any) -> Paper:
        unit = self.unit()
        given = self.values_of(form, unit)
        return write_paper(None, actor=self.actor, call=self.get_object(), unit=unit, **given)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class PaperWrite(RecordsMixin, _PaperForm):
    permission = WRITE_PAPER
    queryset = Paper.objects.filter(state__in=_WITH_UNIT).select_related("unit", "call")
    heading = "修改论文"

    def get_form_kwargs(self) -> dict[str, Any]:
        paper: Paper = self.get_object()
        return {"unit": paper.unit, "initial": PaperForm.initial_of(paper)}

    def get_extra(self) -> dict[str, Any]:
        paper: Paper = self.get_object()
        call = paper.call
        words = f"{call.shortest}至{call.longest}字，现有{paper.words}字。"
        return {"help_text": f"{words}{'办公室意见：' + paper.remark if paper.remark else ''}"}

    def perform(self, form: Any) -> Paper:
        paper: Paper = self.get_object()
        given = self.values_of(form, paper.unit)
        return write_paper(paper, actor=self.actor, call=paper.call, unit=paper.unit, **given)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class PaperStep(_Readable, StepPage):
    permission = VIEW_PAPER
    services = {
        "submit": submit_paper,
        "take_back": take_back_paper,
        "withdraw": withdraw_paper,
        "return": return_paper,
        "exclude": exclude_paper,
    }

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())


class PaperBlind(RecordsMixin, FormPage):
    """匿名稿: what will be taken out, seen before it is confirmed."""

    permission = MANAGE_CALL
    queryset = Paper.objects.filter(
        state__in=[PaperState.SUBMITTED, PaperState.BLINDED],
        call__state__in=[CallState.CLOSED, CallState.REVIEWING],
    ).select_related("unit", "call")
    form_class = BlindForm
    template_name = "seminars/paper_blind.html"
    submit_label = "确认匿名稿"
    success_message = "匿名稿已确认。"

    def get_heading(self) -> str:
        return f"制作匿名稿：{self.get_object().code}"

    def get_form_kwargs(self) -> dict[str, Any]:
        self.proposals = propose_masks(self.get_object())
        return {"proposals": self.proposals}

    def get_extra(self) -> dict[str, Any]:
        paper: Paper = self.get_object()
        copy = BlindCopy.objects.filter(paper=paper).first()
        return {
            "object": paper,
            "fixed": [one for one in self.proposals if one.is_fixed],
            "copy": copy,
            "copy_body": clean(copy.body) if copy else "",
            "body": clean(paper.body),
        }

    def perform(self, form: Any) -> BlindCopy:
        return make_blind(self.get_object(), actor=self.actor, words=form.chosen())

    def get_success_url(self, result: Any) -> str:
        return reverse("seminars:paper_blind", args=[result.paper_id])

    def get_cancel_url(self) -> str:
        return str(self.get_object().call.get_absolute_url())


# --- uptake ----------------------------------------------------------------------------------


class UptakeList(ListPage):
    permission = VIEW_PAPER
    queryset = Uptake.objects.select_related("paper", "unit")
    table_class = UptakeTable
    filterset_class = UptakeFilter
    heading = "成果转化"

    def get_queryset(self) -> Any:
        rows = Uptake.objects.select_related("paper", "unit")
        if self.actor.may(MANAGE_CALL):
            return rows
        mine = papers_for(self.actor).values("pk")
        return rows.filter(paper__in=mine) | rows.filter(unit=self.actor.unit_id)

    def get_summary(self, records: Any) -> str:
        counted = records.filter(state=UptakeState.CONFIRMED).count()
        return f"采纳单位自己确认的才算数，现有 {counted} 项。"


class UptakeTell(_Readable, FormPage):
    permission = VIEW_PAPER
    form_class = UptakeForm
    template_name = "seminars/act.html"
    heading = "登记成果转化"
    submit_label = "登记"
    success_message = "已登记，采纳单位确认后计入。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            "units": Unit.objects.filter(closed_on=None),
            "initial": {"adopted_on": today()},
        }

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": f"论文：{self.get_object().title}"}

    def perform(self, form: Any) -> Uptake:
        values = dict(form.cleaned_data)
        unit = values.pop("unit")
        return tell_uptake(self.get_object(), actor=self.actor, unit=unit, values=values)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class _UptakeReadable(RecordsMixin):
    queryset = Uptake.objects.select_related("paper__unit", "unit")

    def get_queryset(self) -> Any:
        rows = Uptake.objects.select_related("paper__unit", "unit")
        actor = self.actor  # type: ignore[attr-defined]
        if actor.may(MANAGE_CALL):
            return rows
        mine = papers_for(actor).values("pk")
        return rows.filter(paper__in=mine) | rows.filter(unit=actor.unit_id)


class UptakeDetail(_UptakeReadable, DetailPage):
    permission = VIEW_PAPER
    template_name = "seminars/uptake_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        uptake: Uptake = self.object
        return [
            ("论文", uptake.paper),
            ("作者单位", uptake.paper.unit),
            ("采纳单位", uptake.unit),
            ("采纳方式", uptake.get_kind_display()),
            ("文件或会议", uptake.document),
            ("文号", uptake.document_number or "—"),
            ("采纳日期", uptake.adopted_on),
            ("确认人", uptake.decided_by or "—"),
        ]

    def get_extra(self) -> dict[str, Any]:
        return {"tone": UPTAKE_TONES[UptakeState(self.object.state)]}


class UptakeStep(_UptakeReadable, StepPage):
    permission = CONFIRM_UPTAKE
    services = {"confirm": confirm_uptake, "refuse": refuse_uptake}

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())
