"""Pages from self-assessment to the sample re-check."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_tables2
from django.http import Http404
from django.urls import reverse

from assessments import services
from assessments.authority import REVIEW_UNIT, RUN_ASSESSMENT, SELF_ASSESS, VIEW_REVIEW
from assessments.enums import ReviewState
from assessments.forms_chain import DrawForm, FindingForm, earlier_findings
from assessments.models import SampleDraw, UnitReview, UnitScore
from assessments.queries import lines_of
from assessments.views.schemes import OfScheme
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    RecordsMixin,
    StepPage,
)
from gongjian.foundation.web.tables import GongjianTable
from gongjian.foundation.workflow.lifecycle import Step

REVIEWS = UnitReview.objects.select_related("scheme__period", "unit")


def crumbs(review: UnitReview | None = None) -> list[tuple[str, str]]:
    trail = [("自评和初评", reverse("assessments:unit_review_list"))]
    return [*trail, (str(review), review.get_absolute_url())] if review else trail


class ReviewTable(GongjianTable):
    unit = django_tables2.Column(
        verbose_name="单位",
        linkify=lambda record: record.get_absolute_url(),
        order_by="unit__path",
    )
    scheme = django_tables2.Column(verbose_name="考核方案", order_by="scheme_id")
    sample_reason = django_tables2.Column(verbose_name="抽查缘由", orderable=False)
    state = django_tables2.TemplateColumn(
        "{% chip record.get_state_display record.state %}", verbose_name="状态"
    )

    class Meta(GongjianTable.Meta):
        model = UnitReview
        fields = ("unit", "scheme", "sample_reason", "state")
        order_by = ("unit",)


class ReviewFilter(django_filters.FilterSet):
    unit__name = django_filters.CharFilter(label="单位", lookup_expr="contains")
    state = django_filters.ChoiceFilter(
        label="状态", choices=ReviewState.choices, empty_label="全部"
    )
    is_sampled = django_filters.ChoiceFilter(
        label="抽查", choices=[("true", "列入抽查"), ("false", "没有列入")], empty_label="全部"
    )

    class Meta:
        model = UnitReview
        fields: list[str] = []


class ReviewPages(RecordsMixin):
    actor: Any
    permission: ClassVar[str]

    def get_queryset(self) -> Any:
        rows: Any = REVIEWS
        return rows.within(self.actor.scope(self.permission))


class ReviewList(ReviewPages, ListPage):
    permission = VIEW_REVIEW
    heading = "自评和初评"
    queryset = REVIEWS
    table_class = ReviewTable
    filterset_class = ReviewFilter

    def get_extra(self) -> dict[str, Any]:
        return {"empty_text": "还没有布置自评。请在已印发的考核方案里点“布置自评”。"}


class ReviewDetail(ReviewPages, DetailPage):
    permission = VIEW_REVIEW
    queryset = REVIEWS
    template_name = "assessments/unit_review_detail.html"

    def get_place(self) -> Any:
        return self.object.unit

    def get_facts(self) -> list[tuple[str, Any]]:
        review = self.object
        return [
            ("单位", review.unit),
            ("考核方案", review.scheme),
            ("自评说明", review.self_note or "—"),
            ("初评签认", review.reviewer_labels or "—"),
            ("抽查", review.sample_reason or "没有列入"),
            ("复核意见", review.recheck_note or "—"),
            ("状态", review.get_state_display()),
        ]

    def get_steps(self) -> list[dict[str, str]]:
        return [step for step in super().get_steps() if step["url"]]

    def get_step_url(self, step: Step) -> str:
        if step.name == "submit":
            return reverse("assessments:unit_review_self", args=[self.object.pk])
        if step.name == "recheck":
            sampled = self.object.is_sampled
            return (
                reverse("assessments:unit_review_recheck", args=[self.object.pk]) if sampled else ""
            )
        return "" if step.name == "pass" else super().get_step_url(step)

    def get_extra(self) -> dict[str, Any]:
        review = self.object
        signed = {post_id for post_id, _ in review.reviewers}
        return {
            "crumbs": crumbs(),
            "findings": review.findings.select_related("item").order_by("item__order", "pk"),
            "may_sign": review.state == ReviewState.SELF_ASSESSED
            and self.actor.may(REVIEW_UNIT)
            and self.actor.post_id not in signed
            and self.actor.unit_id != review.unit_id,
        }


class OfReview(ReviewPages, FormPage, base=True):
    """Findings about one unit, item by item."""

    queryset = REVIEWS
    template_name = "assessments/finding_form.html"
    state = ""
    note_label = ""

    @property
    def review(self) -> UnitReview:
        if not hasattr(self, "_review"):
            self._review: UnitReview = self.get_object()
        return self._review

    def get_form(self, data: Any = None, files: Any = None) -> FindingForm:
        review = self.review
        if review.state != self.state:
            raise Http404
        latest = (
            UnitScore.objects.filter(run__scheme=review.scheme_id, unit=review.unit_id)
            .select_related("run__scheme__period")
            .order_by("-run__number")
            .first()
        )
        lines = {line.item.pk: line for line in lines_of(latest)} if latest else {}
        items = [item for item in review.scheme.items.all() if not item.is_extra]
        return FindingForm(
            data,
            items=items,
            lines=lines,
            earlier=earlier_findings(list(review.findings.all())),
            note_label=self.note_label,
        )

    def get_cancel_url(self) -> str:
        return self.review.get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": crumbs(self.review), "object": self.review}


class SelfAssess(OfReview):
    permission = SELF_ASSESS
    heading = "报送自评"
    state = ReviewState.WAITING
    note_label = "自评说明（经本单位党组织审核）"
    submit_label = "报送自评"
    help_text = "数据已按报表和台账预填，与实际一致的不用填写；有出入的，填写实有数和说明。"
    success_message = "自评已报送，等待考核组初评。"

    def perform(self, form: Any) -> UnitReview:
        return services.self_assess(
            self.review,
            actor=self.actor,
            findings=form.findings(),
            note=form.cleaned_data["note"],
        )


class SignReview(OfReview):
    permission = REVIEW_UNIT
    heading = "初评"
    state = ReviewState.SELF_ASSESSED
    submit_label = "签认初评"
    help_text = "数据属实的不用填写；改动数值的须写明依据。两人分别签认后初评通过。"
    success_message = "已签认。"

    def perform(self, form: Any) -> UnitReview:
        return services.sign_review(self.review, actor=self.actor, findings=form.findings())


class Recheck(OfReview):
    permission = REVIEW_UNIT
    heading = "抽查复核"
    state = ReviewState.REVIEWED
    note_label = "复核意见"
    submit_label = "完成复核"
    success_message = "复核已完成，重新测算后计入。"

    def perform(self, form: Any) -> UnitReview:
        return services.recheck(
            self.review,
            actor=self.actor,
            findings=form.findings(),
            note=form.cleaned_data["note"],
        )


class ReviewStep(ReviewPages, StepPage):
    permission = VIEW_REVIEW
    queryset = REVIEWS
    services = {"return": services.return_self}


class OpenReviews(ConfirmPage, OfScheme):
    permission = RUN_ASSESSMENT
    heading = "布置自评"
    submit_label = "布置自评"

    def perform(self, form: Any) -> Any:
        services.open_reviews(self.scheme, actor=self.actor)
        return self.scheme

    def get_success_url(self, result: Any) -> str:
        return reverse("assessments:unit_review_list")

    def get_extra(self) -> dict[str, Any]:
        return {
            **super().get_extra(),
            "question": "将请方案各可比组的单位报送自评。已布置过的单位不重复布置。",
        }


class DrawSample(OfScheme):
    permission = RUN_ASSESSMENT
    heading = "抽取复核单位"
    form_class = DrawForm
    submit_label = "抽取"
    help_text = "全部单位完成初评后抽取，只能抽一次；种子和名单留存，任何人都可以重演。"

    def perform(self, form: Any) -> SampleDraw:
        return services.draw_sample(
            self.scheme,
            actor=self.actor,
            percent=form.cleaned_data["percent"],
            seed=form.cleaned_data["seed"],
        )

    def get_success_url(self, result: Any) -> str:
        return reverse("assessments:unit_review_list") + "?is_sampled=true"
