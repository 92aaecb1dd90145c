"""Programmes: set up, counted live, announced, decided."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from commendations.authority import (
    CHECK_NOMINATION,
    MANAGE_PROGRAMME,
    VIEW_PROGRAMME,
    WRITE_NOMINATION,
)
from commendations.documents import FORMS, draft_decision
from commendations.enums import COUNTED, NominationState, ProgrammeState
from commendations.filters import NominationFilter
from commendations.forms import AllotForm, AnnounceForm, CategoryForm, ProgrammeForm
from commendations.models import AwardCategory, Nomination, Objection, Programme
from commendations.queries import chosen_of, nominations_for, standings
from commendations.services.programmes import (
    allot,
    announce_programme,
    back_to_review,
    decide_programme,
    open_programme,
    save_category,
    save_programme,
    start_review,
)
from commendations.tables import PROGRAMME_TONES, NominationTable, ProgrammeTable
from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.queries import documents_about
from gongjian.commons.documents.reporting.subjects import group_choices
from gongjian.commons.documents.reports import request_report
from gongjian.commons.honours.documents import CERTIFICATES
from gongjian.commons.honours.models import Honour
from gongjian.foundation.kernel.actor import Actor
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

_CHAIN = (
    (ProgrammeState.DRAFT, "筹备"),
    (ProgrammeState.OPEN, "推荐"),
    (ProgrammeState.REVIEW, "评审"),
    (ProgrammeState.NOTICE, "公示"),
    (ProgrammeState.DECIDED, "决定"),
)
#: Everybody reads the list from the notice on.
_SHOWN = {ProgrammeState.NOTICE, ProgrammeState.DECIDED}


def readable_programmes(rows: Any, actor: Actor) -> Any:
    """Leave out those in the making, which are the office's alone."""
    return rows if actor.may(MANAGE_PROGRAMME) else rows.exclude(state=ProgrammeState.DRAFT)


def readable_programme(actor: Actor, pk: int) -> Programme:
    found: Programme | None = readable_programmes(Programme.objects.filter(pk=pk), actor).first()
    if found is None:
        raise Http404
    return found


class _Readable(RecordsMixin):
    queryset = Programme.objects.all()

    def get_queryset(self) -> Any:
        return readable_programmes(super().get_queryset(), self.actor)  # type: ignore[attr-defined]


class ProgrammeList(_Readable, ListPage):
    permission = VIEW_PROGRAMME
    table_class = ProgrammeTable
    heading = "评先表彰"

    def get_queryset(self) -> Any:
        counted = Count(
            "categories__nominations", filter=Q(categories__nominations__state__in=COUNTED)
        )
        return super().get_queryset().annotate(nominated=counted)

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(MANAGE_PROGRAMME)
        return {
            "create_url": reverse("commendations:programme_create") if may else "",
            "create_label": "发起评先表彰",
        }


class ProgrammeDetail(_Readable, DetailPage):
    permission = VIEW_PROGRAMME
    template_name = "commendations/programme_detail.html"

    def get_place(self) -> None:
        return None

    def get_facts(self) -> list[tuple[str, Any]]:
        programme: Programme = self.object
        facts: list[tuple[str, Any]] = [
            ("种类", programme.get_kind_display()),
            ("推荐截止", long_date(programme.closes_on)),
            ("间隔年数", f"{programme.rest_years}年内不重复授予"),
        ]
        if programme.approval_reference:
            facts.append(("批准文号", programme.approval_reference))
        if programme.departments:
            facts.append(("征求意见", "、".join(programme.departments)))
        if programme.notice_from and programme.notice_until:
            facts.append(
                (
                    "公示期",
                    f"{long_date(programme.notice_from)}至{long_date(programme.notice_until)}",
                )
            )
        return facts

    def get_steps(self) -> list[dict[str, str]]:
        # Announcing asks for the last day and has a page of its own.
        return [step for step in super().get_steps() if step["label"] != "公示"]

    def get_extra(self) -> dict[str, Any]:
        programme: Programme = self.object
        manages = self.actor.may(MANAGE_PROGRAMME)
        shown = programme.state in _SHOWN
        state = ProgrammeState(programme.state)
        order = [one for one, _ in _CHAIN]
        here = order.index(state)
        done = state == ProgrammeState.DECIDED
        return {
            "tone": PROGRAMME_TONES[state],
            "stages": [
                (word, "past" if done or place < here else "now" if place == here else "")
                for place, (_, word) in enumerate(_CHAIN)
            ],
            "standings": standings(programme),
            "lists": chosen_of(programme) if shown else [],
            "mine": nominations_for(self.actor).filter(
                category__programme=programme, unit=self.actor.unit_id
            ),
            "may_manage": manages,
            "may_setup": manages and state == ProgrammeState.DRAFT,
            "may_edit": manages and state in {ProgrammeState.DRAFT, ProgrammeState.OPEN},
            "may_nominate": state == ProgrammeState.OPEN and self.actor.may(WRITE_NOMINATION),
            "may_announce": manages and state == ProgrammeState.REVIEW,
            "may_object": state == ProgrammeState.NOTICE
            and (programme.notice_until is None or today() <= programme.notice_until),
            "objections": Objection.objects.filter(
                nomination__category__programme=programme
            ).select_related("nomination__unit")
            if self.actor.may(CHECK_NOMINATION)
            else [],
            "documents": list(documents_about(programme)) if done else [],
            "is_decided": done,
            "nominations": nominations_for(self.actor)
            .filter(category__programme=programme)
            .count(),
        }


class ProgrammeCreate(FormPage):
    permission = MANAGE_PROGRAMME
    form_class = ProgrammeForm
    heading = "发起评先表彰"
    help_text = "保存后添加荣誉类别、比例要求，分配名额，再下发通知。"

    def perform(self, form: Any) -> Programme:
        return save_programme(None, actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("commendations:programme_list")


class ProgrammeEdit(RecordsMixin, FormPage):
    permission = MANAGE_PROGRAMME
    queryset = Programme.objects.filter(state__in=[ProgrammeState.DRAFT, ProgrammeState.OPEN])
    form_class = ProgrammeForm
    heading = "修改评先表彰"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": ProgrammeForm.initial_of(self.get_object())}

    def perform(self, form: Any) -> Programme:
        return save_programme(self.get_object(), actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class CategoryAdd(RecordsMixin, FormPage):
    permission = MANAGE_PROGRAMME
    queryset = Programme.objects.filter(state=ProgrammeState.DRAFT)
    form_class = CategoryForm
    heading = "添加荣誉类别"
    success_message = "已保存。"

    def perform(self, form: Any) -> AwardCategory:
        values = dict(form.cleaned_data)
        ratios = values.pop("ratios")
        return save_category(
            self.get_object(), None, actor=self.actor, values=values, ratios=ratios
        )

    def get_success_url(self, result: Any) -> str:
        return reverse("commendations:allot", args=[result.pk])

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class _OfCategory(RecordsMixin):
    queryset = AwardCategory.objects.filter(programme__state=ProgrammeState.DRAFT).select_related(
        "programme"
    )

    def get_success_url(self, result: Any) -> str:
        return str(self.get_object().programme.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.get_object().programme.get_absolute_url())


class CategoryEdit(_OfCategory, FormPage):
    permission = MANAGE_PROGRAMME
    form_class = CategoryForm
    heading = "修改荣誉类别"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": CategoryForm.initial_of(self.get_object())}

    def perform(self, form: Any) -> AwardCategory:
        category: AwardCategory = self.get_object()
        values = dict(form.cleaned_data)
        ratios = values.pop("ratios")
        return save_category(
            category.programme, category, actor=self.actor, values=values, ratios=ratios
        )


class Allot(_OfCategory, FormPage):
    """名额分配: a number for the region and each unit directly below it."""

    permission = MANAGE_PROGRAMME
    form_class = AllotForm
    heading = "分配推荐名额"
    success_message = "已分配。"

    def units(self) -> list[Unit]:
        root = root_unit()
        below = Unit.objects.filter(parent=root, closed_on=None).order_by("sort_order", "path")
        return [unit for unit in [root, *below] if unit is not None]

    def get_form_kwargs(self) -> dict[str, Any]:
        category: AwardCategory = self.get_object()
        known = {f"unit_{quota.unit_id}": quota.places for quota in category.quotas.all()}
        known |= {f"group_{key}": many for key, many in category.group_places.items()}
        return {"units": self.units(), "groups": group_choices(), "initial": known}

    def get_extra(self) -> dict[str, Any]:
        category: AwardCategory = self.get_object()
        return {
            "help_text": f"“{category}”共{category.places}个名额。给本级的名额由办公室直接推荐，"
            "其余由各单位在名额内推荐。"
        }

    def perform(self, form: Any) -> AwardCategory:
        return allot(
            self.get_object(),
            actor=self.actor,
            places=form.places(),
            group_places=form.group_places(),
        )


class ProgrammeStep(_Readable, StepPage):
    permission = VIEW_PROGRAMME
    services = {
        "open": open_programme,
        "review": start_review,
        "back": back_to_review,
        "decide": decide_programme,
    }

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())


class ProgrammeAnnounce(RecordsMixin, FormPage):
    permission = MANAGE_PROGRAMME
    queryset = Programme.objects.filter(state=ProgrammeState.REVIEW)
    form_class = AnnounceForm
    heading = "公示"
    submit_label = "公示"
    success_message = "已公示，各单位会收到提醒。"

    def perform(self, form: Any) -> Programme:
        return announce_programme(
            self.get_object(), actor=self.actor, until=form.cleaned_data["until"]
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class NominationList(ListPage):
    """All nominations of a programme that the reader may see."""

    permission = VIEW_PROGRAMME
    table_class = NominationTable
    filterset_class = NominationFilter
    template_name = "commendations/nomination_list.html"
    heading = "推荐对象"

    def get_queryset(self) -> Any:
        programme = readable_programme(self.actor, self.kwargs["pk"])
        return nominations_for(self.actor).filter(category__programme=programme)

    def get_extra(self) -> dict[str, Any]:
        return {"programme_pk": self.kwargs["pk"]}


class FormsPrint(Page):
    """All 推荐审批表 of a programme that the reader may see, as one file."""

    permission = VIEW_PROGRAMME

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        programme = readable_programme(self.actor, kwargs["pk"])
        rows = nominations_for(self.actor).filter(category__programme=programme)
        keys = list(rows.exclude(state=NominationState.DRAFT).values_list("pk", flat=True)[:500])
        if keys:
            request_report(
                FORMS.key,
                actor=self.actor,
                title="推荐审批表",
                parameters={"nominations": sorted(keys), "on": str(today())},
            )
            self.say("正在生成推荐审批表，完成后可在报告中心下载。")
        return HttpResponseRedirect(reverse("documents:report_centre"))


class DecisionDraft(RecordsMixin, ConfirmPage):
    permission = MANAGE_PROGRAMME
    queryset = Programme.objects.filter(state=ProgrammeState.DECIDED)
    heading = "起草决定"
    submit_label = "生成草稿"
    success_message = "草稿已生成，请核对文字后送领导签发。"

    def get_extra(self) -> dict[str, Any]:
        return {
            "object": self.get_object(),
            "question": "将按审定的名单生成一份公文草稿，可以修改文字；名单作为附件，不能改动。",
        }

    def perform(self, form: Any) -> Any:
        return draft_decision(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class Certificates(RecordsMixin, ConfirmPage):
    """证书 of all who were commended, one page each, in one file."""

    permission = MANAGE_PROGRAMME
    queryset = Programme.objects.filter(state=ProgrammeState.DECIDED)
    heading = "打印证书"
    submit_label = "生成 PDF"
    help_text = "每个集体和个人一页，带编号和核验码；已撤销的不印。完成后可在报告中心下载。"

    def perform(self, form: Any) -> ReportJob:
        programme: Programme = self.get_object()
        keys = Nomination.objects.filter(
            category__programme=programme, state=NominationState.AWARDED
        ).values("pk")
        honours = Honour.objects.filter(
            source_kind=Nomination._meta.label_lower, source_id__in=keys
        )
        return request_report(
            CERTIFICATES.key,
            actor=self.actor,
            title=f"{programme}证书",
            parameters={"honours": sorted(honours.values_list("pk", flat=True))},
        )

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())
