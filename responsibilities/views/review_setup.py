"""Around the review: delegations and the list of common remarks."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse

from gongjian.foundation.web.pages import ConfirmPage, FormPage, ListPage, RecordsMixin
from orgs.enums import Level
from orgs.models import Unit
from responsibilities.authority import DELEGATE_REVIEW, MANAGE_JOINT, MANAGE_PHRASE
from responsibilities.forms.review import JOINT_LEVELS, DelegationForm, JointForm, PhraseForm
from responsibilities.models import JointRule, ReviewDelegation, ReviewPhrase
from responsibilities.queries.joint import unstaffed
from responsibilities.queries.review import receivers_for
from responsibilities.services.delegation import (
    add_phrase,
    delegate_review,
    end_delegation,
    remove_phrase,
)
from responsibilities.services.joint import set_joint_rule
from responsibilities.tables.review import DelegationTable, PhraseTable


def _crumbs(label: str) -> list[tuple[str, str]]:
    return [("季报审核", reverse("responsibilities:review_list")), (label, "")]


class DelegationList(ListPage):
    """委托审核: whom this unit has handed its review to, and until when."""

    permission = DELEGATE_REVIEW
    queryset = ReviewDelegation.objects.select_related("unit", "receiver")
    table_class = DelegationTable
    heading = "委托审核"

    def get_extra(self) -> dict[str, Any]:
        return {
            "create_url": reverse("responsibilities:delegation_create"),
            "create_label": "新建委托",
            "crumbs": _crumbs("委托审核"),
            "help_text": "外出或请假时，可把审核权委托给本单位、同级或上级的人员；"
            "到期自动失效，受托人不能再转委托。",
        }


class DelegationCreate(FormPage):
    permission = DELEGATE_REVIEW
    form_class = DelegationForm
    heading = "新建委托"
    submit_label = "委托"
    success_message = "已委托，受托人会收到提醒。"
    help_text = "受托人登录后在右上角切换到“代审”职务办理；审核记录同时写明委托人和受托人。"

    def get_form_kwargs(self) -> dict[str, Any]:
        unit = Unit.objects.filter(pk=self.actor.unit_id or 0).first()
        if unit is None:
            raise Http404
        terms = [term for term in receivers_for(unit) if term.user_id != self.actor.user_id]
        return {"terms": terms}

    def perform(self, form: Any) -> ReviewDelegation:
        return delegate_review(actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:delegation_list")

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": _crumbs("新建委托")}


class DelegationEnd(RecordsMixin, ConfirmPage):
    permission = DELEGATE_REVIEW
    queryset = ReviewDelegation.objects.select_related("unit", "receiver")
    heading = "结束委托"
    submit_label = "立即结束"
    success_message = "委托已结束，受托人不能再审核。"

    def perform(self, form: Any) -> ReviewDelegation:
        return end_delegation(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:delegation_list")

    def get_extra(self) -> dict[str, Any]:
        row = self.get_object()
        return {
            "object": row,
            "question": f"结束对{row.receiver.person_name}的委托？已办理的审核继续有效。",
            "crumbs": _crumbs("结束委托"),
        }


class JointSetting(FormPage):
    """会签设置: at which levels Party and union both sign, and in which order."""

    permission = MANAGE_JOINT
    form_class = JointForm
    template_name = "responsibilities/joint_setting.html"
    heading = "会签设置"
    success_message = "已保存会签设置，从下一次审核起生效。"
    help_text = "设置会签的层级，党组织和工会组织双方审核人都会签同意后，下级报表才算通过。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"held": dict(JointRule.objects.values_list("level", "order"))}

    def perform(self, form: Any) -> None:
        for level, order in form.orders().items():
            set_joint_rule(actor=self.actor, level=level, order=order)

    def get_success_url(self, result: None) -> str:
        return reverse("responsibilities:joint_setting")

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:review_list")

    def get_extra(self) -> dict[str, Any]:
        gaps = [(Level(level).label, unstaffed(level)) for level in JOINT_LEVELS]
        return {"gaps": [row for row in gaps if row[1]], "crumbs": _crumbs("会签设置")}


class PhraseList(ListPage):
    """常用意见: what reviewers of the whole tenant may choose from."""

    permission = MANAGE_PHRASE
    queryset = ReviewPhrase.objects.filter(is_active=True)
    table_class = PhraseTable
    heading = "常用审核意见"

    def get_extra(self) -> dict[str, Any]:
        return {
            "create_url": reverse("responsibilities:phrase_create"),
            "create_label": "添加意见",
            "crumbs": _crumbs("常用审核意见"),
            "help_text": "各级审核人在栏目旁写意见时可以直接选用；没有添加时使用系统内置的几条。",
        }


class PhraseCreate(FormPage):
    permission = MANAGE_PHRASE
    form_class = PhraseForm
    heading = "添加常用意见"
    submit_label = "添加"
    success_message = "已添加，各级审核人可以选用。"

    def perform(self, form: Any) -> ReviewPhrase:
        return add_phrase(actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("responsibilities:phrase_list")

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:phrase_list")

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": _crumbs("添加常用意见")}


class PhraseRemove(RecordsMixin, ConfirmPage):
    permission = MANAGE_PHRASE
    queryset = ReviewPhrase.objects.get_queryset()
    heading = "停用常用意见"
    submit_label = "停用"
    success_message = "已停用。"

    def perform(self, form: Any) -> ReviewPhrase:
        return remove_phrase(self.get_object(), actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return reverse("responsibilities:phrase_list")

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:phrase_list")

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object(), "question": "停用后审核人不能再选用，已写的意见不变。"}
