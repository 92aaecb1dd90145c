"""Nominations: written by the unit, agreed to level by level, checked, chosen, objected to."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse

from commendations.authority import (
    CHECK_NOMINATION,
    RECOMMEND,
    VIEW_NOMINATION,
    VIEW_PROGRAMME,
    WRITE_NOMINATION,
)
from commendations.documents import FORMS
from commendations.enums import WITH_UNIT, NominationState, ProgrammeState, Trait
from commendations.forms import (
    AnswerForm,
    CheckForm,
    DepartmentForm,
    NominationForm,
    ObjectForm,
    OpinionForm,
)
from commendations.models import AwardCategory, Nomination, Objection, Opinion
from commendations.queries import (
    chain_of,
    missing_departments,
    missing_opinions,
    nominations_for,
    obstacles,
    opinions_now,
    quota_over,
    traits_of,
)
from commendations.services.nominating import (
    answer_objection,
    check_nomination,
    choose,
    give_opinion,
    hear_department,
    leave_out,
    object_to,
    recommend,
    return_nomination,
    send_nomination,
    take_back,
    write_nomination,
)
from commendations.tables import TONES
from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import request_report
from gongjian.commons.honours.models import Honour
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    RecordsMixin,
    StepPage,
)
from orgs.models import Unit


class _Readable(RecordsMixin):
    queryset = Nomination.objects.all()

    def get_queryset(self) -> Any:
        return nominations_for(self.actor)  # type: ignore[attr-defined]


class NominationDetail(_Readable, DetailPage):
    permission = VIEW_NOMINATION
    template_name = "commendations/nomination_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        row: Nomination = self.object
        labels = dict(Trait.choices)
        facts: list[tuple[str, Any]] = [
            ("评先表彰", row.category.programme),
            ("荣誉", row.category),
            ("单位", row.unit),
        ]
        if row.person:
            facts.append(("姓名", f"{row.person}　{row.duty}"))
        facts += [
            ("身份", "、".join(labels[trait] for trait in sorted(traits_of(row))) or "—"),
            ("推荐单位", row.recommender or "—"),
        ]
        return facts

    def get_steps(self) -> list[dict[str, str]]:
        hidden = {"资格审查通过", "推荐", "表彰"}
        row: Nomination = self.object
        if row.category.programme.state == ProgrammeState.OPEN:
            hidden |= {"列入拟表彰"}
        return [step for step in super().get_steps() if step["label"] not in hidden]

    def get_extra(self) -> dict[str, Any]:
        row: Nomination = self.object
        quota = quota_over(row)
        sent = row.state == NominationState.SENT
        missing = missing_opinions(row, quota) if quota else []
        next_unit = missing[0] if missing and sent else None
        at_quota = (
            quota is not None and sent and (next_unit is None or next_unit.pk == quota.unit_id)
        )
        checks = self.actor.may(CHECK_NOMINATION)
        own = self.actor.may(WRITE_NOMINATION, at=row.unit)
        return {
            "tone": TONES[NominationState(row.state)],
            "chain": self._chain(row, quota) if quota else [],
            "departments": [one for one in row.opinions.all() if one.unit_id is None],
            "missing_departments": missing_departments(row),
            "obstacles": obstacles(row, today()) if checks or own else [],
            "may_write": own
            and row.state in WITH_UNIT
            and row.category.programme.state == ProgrammeState.OPEN,
            "may_sign": next_unit is not None
            and not at_quota
            and next_unit.pk == self.actor.unit_id
            and self.actor.may(RECOMMEND),
            "may_recommend": at_quota
            and quota is not None
            and self.actor.may(RECOMMEND, at=quota.unit),
            "may_hear": checks and bool(row.category.programme.departments),
            "may_check": checks and row.state == NominationState.RECOMMENDED,
            "may_object": row.category.programme.state == ProgrammeState.NOTICE,
            "objections": row.objections.all() if checks else [],
            "honour": Honour.objects.filter(
                source_kind=row._meta.label_lower, source_id=row.pk
            ).first(),
        }

    @staticmethod
    def _chain(row: Nomination, quota: Any) -> list[dict[str, Any]]:
        said = {one.unit_id: one for one in opinions_now(row) if one.unit_id}
        return [{"unit": unit, "opinion": said.get(unit.pk)} for unit in chain_of(row, quota)]


class NominationCreate(RecordsMixin, FormPage):
    """A nomination for the honour of the address."""

    permission = WRITE_NOMINATION
    form_class = NominationForm
    heading = "申报推荐对象"

    def get_queryset(self) -> Any:
        return AwardCategory.objects.filter(programme__state=ProgrammeState.OPEN).select_related(
            "programme"
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"holder": self.get_object().holder}

    def get_extra(self) -> dict[str, Any]:
        category: AwardCategory = self.get_object()
        return {"help_text": f"{category.programme}　{category}"}

    def perform(self, form: Any) -> Nomination:
        values = dict(form.cleaned_data)
        values.pop("revision", None)
        unit = Unit.objects.get(pk=self.actor.unit_id or 0)
        return write_nomination(
            None, actor=self.actor, category=self.get_object(), unit=unit, values=values
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().programme.get_absolute_url())


class NominationEdit(RecordsMixin, FormPage):
    permission = WRITE_NOMINATION
    queryset = Nomination.objects.filter(state__in=WITH_UNIT).select_related(
        "category__programme", "unit"
    )
    form_class = NominationForm
    heading = "修改推荐材料"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        row: Nomination = self.get_object()
        return {"holder": row.category.holder, "initial": NominationForm.initial_of(row)}

    def get_extra(self) -> dict[str, Any]:
        row: Nomination = self.get_object()
        return {"help_text": f"退回意见：{row.remark}" if row.remark else ""}

    def perform(self, form: Any) -> Nomination:
        row: Nomination = self.get_object()
        values = dict(form.cleaned_data)
        revision = values.pop("revision")
        return write_nomination(
            row,
            actor=self.actor,
            category=row.category,
            unit=row.unit,
            values=values,
            revision=revision,
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class _OfNomination(_Readable):
    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class NominationOpinion(_OfNomination, FormPage):
    """签署意见 of a level between the unit and the quota."""

    permission = RECOMMEND
    form_class = OpinionForm
    heading = "签署意见"
    submit_label = "同意并上报"
    help_text = "不同意的，请用“退回修改”，写明理由。"
    success_message = "已签署，材料已转上一级。"

    def get_queryset(self) -> Any:
        return nominations_for(self.actor).filter(state=NominationState.SENT)

    def perform(self, form: Any) -> Opinion:
        return give_opinion(self.get_object(), actor=self.actor, text=form.cleaned_data["text"])

    def get_success_url(self, result: Any) -> str:
        return str(result.nomination.get_absolute_url())


class NominationRecommend(_OfNomination, FormPage):
    """推荐 within the quota, with the opinion that stands on the form."""

    permission = RECOMMEND
    form_class = OpinionForm
    heading = "推荐"
    submit_label = "推荐"
    success_message = "已推荐，占用一个名额。"

    def get_queryset(self) -> Any:
        return nominations_for(self.actor).filter(state=NominationState.SENT)

    def get_extra(self) -> dict[str, Any]:
        quota = quota_over(self.get_object())
        return {"help_text": f"{quota.unit.name}名额{quota.places}个。" if quota else ""}

    def perform(self, form: Any) -> Nomination:
        return recommend(self.get_object(), actor=self.actor, reason=form.cleaned_data["text"])


class NominationDepartment(_OfNomination, FormPage):
    permission = CHECK_NOMINATION
    form_class = DepartmentForm
    heading = "登记部门意见"
    submit_label = "登记"
    success_message = "已登记。"

    def get_form_kwargs(self) -> dict[str, Any]:
        departments = self.get_object().category.programme.departments
        if not departments:
            raise Http404
        return {"departments": departments}

    def perform(self, form: Any) -> Opinion:
        return hear_department(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return str(result.nomination.get_absolute_url())


class NominationCheck(_OfNomination, FormPage):
    permission = CHECK_NOMINATION
    form_class = CheckForm
    template_name = "commendations/check_form.html"
    heading = "资格审查"
    submit_label = "审查通过"
    success_message = "资格审查已通过。"

    def get_queryset(self) -> Any:
        return nominations_for(self.actor).filter(state=NominationState.RECOMMENDED)

    def get_extra(self) -> dict[str, Any]:
        row: Nomination = self.get_object()
        return {
            "object": row,
            "obstacles": obstacles(row, today()),
            "missing_departments": missing_departments(row),
        }

    def perform(self, form: Any) -> Nomination:
        return check_nomination(self.get_object(), actor=self.actor, **form.cleaned_data)


class NominationStep(_Readable, StepPage):
    permission = VIEW_NOMINATION
    services = {
        "send": send_nomination,
        "take_back": take_back,
        "return": return_nomination,
        "choose": choose,
        "leave_out": leave_out,
    }

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())


class NominationPrint(_OfNomination, ConfirmPage):
    permission = VIEW_NOMINATION
    heading = "打印推荐审批表"
    submit_label = "生成 PDF"
    help_text = "完成后可在报告中心下载。"

    def perform(self, form: Any) -> ReportJob:
        row: Nomination = self.get_object()
        return request_report(
            FORMS.key,
            actor=self.actor,
            title=f"推荐审批表：{row}",
            parameters={"nominations": [row.pk], "revision": row.revision, "state": row.state},
        )

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")


class NominationObject(RecordsMixin, FormPage):
    """异议: by anybody who reads the notice, under a name."""

    permission = VIEW_PROGRAMME
    form_class = ObjectForm
    heading = "提出异议"
    submit_label = "提出"
    success_message = "已提出，办公室核实后会答复。"

    def get_queryset(self) -> Any:
        return Nomination.objects.filter(
            state=NominationState.CHOSEN, category__programme__state=ProgrammeState.NOTICE
        ).select_related("category__programme", "unit")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"by": self.actor.person_name}}

    def get_extra(self) -> dict[str, Any]:
        row: Nomination = self.get_object()
        return {"help_text": f"对“{row}”拟获“{row.category}”的异议。"}

    def perform(self, form: Any) -> Objection:
        return object_to(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return str(result.nomination.category.programme.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.get_object().category.programme.get_absolute_url())


class ObjectionAnswer(RecordsMixin, FormPage):
    permission = CHECK_NOMINATION
    queryset = Objection.objects.filter(is_upheld=None).select_related(
        "nomination__category__programme", "nomination__unit"
    )
    form_class = AnswerForm
    heading = "核实异议"
    submit_label = "答复"
    success_message = "已处理。"

    def get_extra(self) -> dict[str, Any]:
        row: Objection = self.get_object()
        return {"help_text": f"{row.by}：{row.text}"}

    def perform(self, form: Any) -> Objection:
        return answer_objection(
            self.get_object(),
            actor=self.actor,
            is_upheld=form.cleaned_data["decision"] == "yes",
            answer=form.cleaned_data["answer"],
        )

    def get_success_url(self, result: Any) -> str:
        return str(result.nomination.category.programme.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.get_object().nomination.category.programme.get_absolute_url())
