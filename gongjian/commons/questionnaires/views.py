"""Screens of the questionnaires: the list, the designer, one question."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.http import Http404
from django.urls import reverse

from gongjian.commons.questionnaires.authority import DESIGN_QUESTIONNAIRE, VIEW_QUESTIONNAIRE
from gongjian.commons.questionnaires.enums import VersionState
from gongjian.commons.questionnaires.forms import QuestionForm, QuestionnaireForm
from gongjian.commons.questionnaires.models import (
    Question,
    Questionnaire,
    QuestionnaireVersion,
)
from gongjian.commons.questionnaires.queries import choices_of, sections_of
from gongjian.commons.questionnaires.services.designing import (
    add_question,
    create_questionnaire,
    draft_next,
    edit_question,
    edit_questionnaire,
    move_question,
    publish_version,
    remove_question,
    retire_version,
)
from gongjian.commons.questionnaires.tables import QuestionnaireTable
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    RecordsMixin,
    StepPage,
)


class QuestionnaireList(ListPage):
    """问卷和检查表."""

    permission = VIEW_QUESTIONNAIRE
    queryset = Questionnaire.objects.all()
    table_class = QuestionnaireTable
    heading = "问卷和检查表"

    def get_queryset(self) -> TenantQuerySet[Any]:
        in_use = QuestionnaireVersion.objects.filter(
            questionnaire=OuterRef("pk"), state=VersionState.PUBLISHED
        )
        last = QuestionnaireVersion.objects.filter(questionnaire=OuterRef("pk")).order_by("-number")
        counted = last.annotate(many=Count("questions")).values("many")[:1]
        records: TenantQuerySet[Any] = (
            super()
            .get_queryset()
            .annotate(
                in_use=Subquery(in_use.values("number")[:1]),
                questions=Subquery(counted),
                sheets=Count("versions__sheets", distinct=True),
            )
        )
        return records

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(DESIGN_QUESTIONNAIRE)
        return {
            "create_url": reverse("questionnaires:questionnaire_create") if may else "",
            "create_label": "新建问卷",
        }


class QuestionnaireDetail(DetailPage):
    """The designer: questions under their headings, what they demand, versions beside."""

    permission = VIEW_QUESTIONNAIRE
    queryset = Questionnaire.objects.all()
    template_name = "questionnaires/questionnaire_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        item: Questionnaire = self.object
        facts = [("用途", item.get_purpose_display()), ("填写说明", item.introduction or "—")]
        if item.is_anonymous:
            facts.append(("匿名", f"匿名填写，满{item.minimum_sample}份才显示结果"))
        return facts

    def get_version(self) -> QuestionnaireVersion:
        versions: list[QuestionnaireVersion] = list(
            self.object.versions.annotate(sheet_count=Count("sheets"))
        )
        self.versions = versions
        asked = self.request.GET.get("version", "")
        for version in versions:
            if str(version.number) == asked:
                return version
        return versions[0]

    def get_extra(self) -> dict[str, Any]:
        version = self.get_version()
        may = self.actor.may(DESIGN_QUESTIONNAIRE)
        questions = list(version.questions.all())
        sections = [
            (name, [(item, choices_of(item)) for item in group])
            for name, group in sections_of(questions)
        ]
        has_draft = any(item.state == VersionState.DRAFT for item in self.versions)
        return {
            "version": version,
            "versions": self.versions,
            "sections": sections,
            "count": len(questions),
            "weight": sum(item.weight for item in questions),
            "may_design": may,
            "may_edit": may and version.state == VersionState.DRAFT,
            "may_draft": may and not has_draft,
            "may_retire": may and version.state == VersionState.PUBLISHED,
        }


class QuestionnaireCreate(FormPage):
    permission = DESIGN_QUESTIONNAIRE
    form_class = QuestionnaireForm
    heading = "新建问卷"
    submit_label = "新建"
    success_message = "已新建，请添加题目。"

    def perform(self, form: Any) -> Questionnaire:
        return create_questionnaire(actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("questionnaires:questionnaire_list")


class QuestionnaireEdit(RecordsMixin, FormPage):
    permission = DESIGN_QUESTIONNAIRE
    form_class = QuestionnaireForm
    heading = "修改问卷设置"
    success_message = "已保存。"
    queryset = Questionnaire.objects.all()

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_object()
        return {"initial": {name: getattr(item, name) for name in QuestionnaireForm.base_fields}}

    def perform(self, form: Any) -> Questionnaire:
        return edit_questionnaire(self.get_object(), actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class DraftNext(RecordsMixin, ConfirmPage):
    permission = DESIGN_QUESTIONNAIRE
    heading = "出新版"
    submit_label = "出新版"
    help_text = "复制现有题目成为新的一版。启用新版以前，仍按现在的版本填写。"
    success_message = "新版已建立，请修改题目后启用。"
    queryset = Questionnaire.objects.all()

    def perform(self, form: Any) -> QuestionnaireVersion:
        return draft_next(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class VersionStep(StepPage):
    permission = DESIGN_QUESTIONNAIRE
    queryset = QuestionnaireVersion.objects.select_related("questionnaire")
    services = {"publish": publish_version, "retire": retire_version}


class QuestionAdd(RecordsMixin, FormPage):
    """A new question; “保存并继续” comes back here with the same section."""

    permission = DESIGN_QUESTIONNAIRE
    form_class = QuestionForm
    heading = "添加题目"
    template_name = "questionnaires/question_form.html"
    queryset = QuestionnaireVersion.objects.select_related("questionnaire")

    def get_form_kwargs(self) -> dict[str, Any]:
        last = self.get_object().questions.order_by("-position").first()
        return {"initial": {"section": last.section if last else ""}}

    def perform(self, form: Any) -> Question:
        self.say("题目已添加。")
        return add_question(self.get_object(), actor=self.actor, values=form.cleaned_data)

    def get_success_url(self, result: Question) -> str:
        if "another" in self.request.POST:
            return self.request.path
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object(), "offers_another": True}


class _QuestionPage(RecordsMixin, FormPage, base=True):
    permission = DESIGN_QUESTIONNAIRE
    queryset = Question.objects.select_related("version__questionnaire")

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        versions = QuestionnaireVersion.objects.select_related("questionnaire")
        version: QuestionnaireVersion | None = versions.filter(pk=self.kwargs["version"]).first()
        if version is None:
            raise Http404
        return version.get_absolute_url()

    def get_queryset(self) -> TenantQuerySet[Any]:
        records: TenantQuerySet[Any] = super().get_queryset()
        return records.filter(version_id=self.kwargs["version"])


class QuestionEdit(_QuestionPage):
    form_class = QuestionForm
    heading = "修改题目"
    template_name = "questionnaires/question_form.html"
    success_message = "题目已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": QuestionForm.initial_of(self.get_object())}

    def perform(self, form: Any) -> Question:
        return edit_question(self.get_object(), actor=self.actor, values=form.cleaned_data)

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object().version, "offers_another": False}


class QuestionRemove(_QuestionPage, ConfirmPage):
    template_name = "web/confirm.html"
    form_class = ConfirmPage.form_class
    heading = "删除题目"
    submit_label = "删除"
    success_message = "题目已删除。"

    def perform(self, form: Any) -> QuestionnaireVersion:
        return remove_question(self.get_object(), actor=self.actor)

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object(), "help_text": f"删除“{self.get_object().text}”？"}


class QuestionMove(_QuestionPage, ConfirmPage):
    """One place up or down, by a button beside the question."""

    template_name = "web/confirm.html"
    form_class = ConfirmPage.form_class
    heading = "调整顺序"

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}

    def perform(self, form: Any) -> QuestionnaireVersion:
        if self.kwargs["way"] not in {"up", "down"}:
            raise Http404
        return move_question(self.get_object(), actor=self.actor, up=self.kwargs["way"] == "up")

    def get_success_url(self, result: Any) -> str:
        return f"{self.get_cancel_url()}#question-{self.kwargs['pk']}"
