"""Rulebooks: read, draft, try, put in force."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.commons.points.authority import KEEP_RULES, VIEW_POINTS
from gongjian.commons.points.enums import RulesState
from gongjian.commons.points.forms import DraftForm, RulesForm
from gongjian.commons.points.models import PointRules
from gongjian.commons.points.rules import RulesNotSound
from gongjian.commons.points.services.rulebooks import (
    change_rules,
    discard_rules,
    draft_rules,
    put_in_force,
    simulate,
)
from gongjian.commons.points.shelf import PointMechanism, point_mechanisms
from gongjian.commons.points.tables import RulesTable
from gongjian.commons.points.wording import award_condition, sentences_of
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


class RulesList(ListPage):
    permission = KEEP_RULES
    queryset = PointRules.objects.all()
    table_class = RulesTable
    heading = "积分规则"

    def get_extra(self) -> dict[str, Any]:
        return {"create_url": reverse("points:rules_create"), "create_label": "起草规则"}


class RulesCreate(FormPage):
    permission = KEEP_RULES
    form_class = DraftForm
    heading = "起草积分规则"
    submit_label = "起草"
    help_text = "已有施行规则的，以现行规则为底稿。"

    def perform(self, form: Any) -> PointRules:
        return draft_rules(actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("points:rules_edit", args=[result.pk])

    def get_cancel_url(self) -> str:
        return reverse("points:rules_list")


class RulesDetail(DetailPage):
    """The rules in sentences. Units read what is in force; drafts are the office's."""

    permission = VIEW_POINTS
    queryset = PointRules.objects.all()
    template_name = "points/rules_detail.html"

    def get_queryset(self) -> Any:
        records = super().get_queryset()
        return records if self.actor.may(KEEP_RULES) else records.exclude(state=RulesState.DRAFT)

    def get_facts(self) -> list[tuple[str, Any]]:
        rules: PointRules = self.object
        since = long_date(rules.in_force_at.date()) if rules.in_force_at else "尚未施行"
        return [
            ("工作", rules.mechanism_label),
            ("施行年度", f"{rules.year}年"),
            ("版次", f"第 {rules.version} 版"),
            ("依据文件", rules.basis or "—"),
            ("施行时间", since),
        ]

    def get_steps(self) -> list[dict[str, str]]:
        # A version is replaced by its successor, never by a button.
        return [step for step in super().get_steps() if step["label"] != "由新版替代"]

    def get_place(self) -> None:
        return None

    def get_extra(self) -> dict[str, Any]:
        rules: PointRules = self.object
        words = words_of(rules)
        try:
            book = rules.book
        except RulesNotSound:
            book = None
        keeps = self.actor.may(KEEP_RULES)
        return {
            "awards": [
                {"award": award, "condition": award_condition(award, words)}
                for award in (book.awards if book else ())
            ],
            "sentences": sentences_of(book, words) if book else [],
            "may_edit": keeps and rules.state == RulesState.DRAFT,
            "may_revise": keeps and rules.state == RulesState.IN_FORCE,
            "may_try": keeps and book is not None,
        }


class RulesEdit(RecordsMixin, FormPage):
    """The whole rulebook on one page."""

    permission = KEEP_RULES
    queryset = PointRules.objects.filter(state=RulesState.DRAFT)
    template_name = "points/rules_form.html"
    heading = "修改积分规则"
    success_message = "规则草案已保存。"

    def get_form(self, data: Any = None, files: Any = None) -> RulesForm:
        rules: PointRules = self.get_object()
        return RulesForm(data, files, words=words_of(rules), initial=RulesForm.initial_of(rules))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "more" in request.POST:
            # Rows were asked for; nothing is saved yet.
            return self.show(self.get_form(request.POST))
        return super().post(request, *args, **kwargs)

    def perform(self, form: Any) -> PointRules:
        return change_rules(
            self.get_object(),
            actor=self.actor,
            title=form.cleaned_data["title"],
            basis=form.cleaned_data["basis"],
            data=form.book_data,
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class RulesRevise(RecordsMixin, ConfirmPage):
    permission = KEEP_RULES
    queryset = PointRules.objects.filter(state=RulesState.IN_FORCE)
    heading = "修订成新版"
    submit_label = "起草新版"
    help_text = "以现行规则为底稿起草新版。施行前可以试算，现行规则继续有效。"

    def perform(self, form: Any) -> PointRules:
        rules: PointRules = self.get_object()
        return draft_rules(rules.mechanism, actor=self.actor, year=today().year, title=rules.title)

    def get_success_url(self, result: Any) -> str:
        return reverse("points:rules_edit", args=[result.pk])

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class RulesDiscard(RecordsMixin, ConfirmPage):
    permission = KEEP_RULES
    queryset = PointRules.objects.filter(state=RulesState.DRAFT)
    heading = "删除规则草案"
    submit_label = "删除"
    success_message = "草案已删除。"

    def perform(self, form: Any) -> None:
        discard_rules(self.get_object(), actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return reverse("points:rules_list")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class RulesStep(StepPage):
    permission = KEEP_RULES
    queryset = PointRules.objects.all()
    services = {"enforce": put_in_force}
    success_message = "规则已施行，本年度积分正在按新规则重新计算。"


class RulesTry(RecordsMixin, Page):
    """试算: what the year would be under these rules. Nothing is written."""

    permission = KEEP_RULES
    queryset = PointRules.objects.all()
    template_name = "points/rules_try.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rules: PointRules = self.get_object()
        year = max(rules.year, today().year)
        changes = simulate(rules, year=year)
        return self.render(
            {
                "object": rules,
                "heading": f"试算：{rules}",
                "year": year,
                "changes": changes,
                "changed": sum(bool(change.by) for change in changes),
            }
        )


def words_of(rules: PointRules) -> PointMechanism:
    """The words of the mechanism; of one that was taken out, its bare key."""
    return point_mechanisms.get(rules.mechanism) or PointMechanism(
        key=rules.mechanism, label=rules.mechanism, kinds={}, traits={}
    )
