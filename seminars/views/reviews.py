"""A judge's pages: codes and copies without names, and nothing else of the app."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from gongjian.commons.questionnaires.services.answering import given_of
from gongjian.foundation.web.pages import FormPage, ListPage, RecordsMixin, StepPage
from gongjian.foundation.web.rich_text import clean
from seminars.authority import JUDGE_PAPER
from seminars.enums import AssignmentState, CallState
from seminars.forms import RemarkForm, ReviewForm
from seminars.models import BlindCopy, ReviewAssignment, ReviewRemark
from seminars.services.judging import (
    decline_review,
    finish_review,
    remark_on,
    save_review,
    speaker_of,
)
from seminars.tables import REVIEW_TONES, ReviewTable

#: From the start of the review on; afterwards a judge may still read what was judged.
_OPEN = [CallState.REVIEWING, CallState.RANKED, CallState.NOTICE, CallState.AWARDED]


class _Mine(RecordsMixin):
    """Papers given to the judge that asks; the paper's own text is never read here."""

    queryset = ReviewAssignment.objects.all()

    def get_queryset(self) -> Any:
        actor = self.actor  # type: ignore[attr-defined]
        return ReviewAssignment.objects.filter(
            expert__post=actor.post_id or 0, paper__call__state__in=_OPEN
        ).select_related("paper__call", "expert", "sheet")


class ReviewList(_Mine, ListPage):
    permission = JUDGE_PAPER
    table_class = ReviewTable
    heading = "论文评审"

    def get_summary(self, records: Any) -> str:
        waiting = records.filter(state=AssignmentState.ASKED).count()
        done = records.filter(state=AssignmentState.DONE).count()
        return f"已评 {done} 篇，待评 {waiting} 篇。"


class ReviewPage(_Mine, FormPage):
    """The anonymous copy on the left, the criteria on the right."""

    permission = JUDGE_PAPER
    form_class = ReviewForm
    template_name = "seminars/review.html"
    submit_label = "提交评审"

    def get_heading(self) -> str:
        return f"评审：{self.get_object().paper.code}"

    def get_form_kwargs(self) -> dict[str, Any]:
        row: ReviewAssignment = self.get_object()
        initial: dict[str, Any] = {"opinion": row.opinion}
        if row.sheet is not None:
            initial |= {f"q{pk}": given.value for pk, given in given_of(row.sheet).items()}
        return {"questions": row.paper.call.criteria.questions.all(), "initial": initial}

    def get_extra(self) -> dict[str, Any]:
        row: ReviewAssignment = self.get_object()
        copy = BlindCopy.objects.get(paper=row.paper_id)
        mine = self.get_queryset()
        waiting = mine.filter(state=AssignmentState.ASKED).exclude(pk=row.pk).first()
        done = row.state == AssignmentState.DONE
        return {
            "object": row,
            "copy": copy,
            "body": clean(copy.body),
            "tone": REVIEW_TONES[AssignmentState(row.state)],
            "is_open": row.state == AssignmentState.ASKED
            and row.paper.call.state == CallState.REVIEWING,
            "next": waiting,
            "remarks": row.paper.remarks.all() if done else [],
            "may_remark": done and row.paper.call.state == CallState.REVIEWING,
            "speaker": speaker_of(row) if done else "",
            "done_count": mine.filter(state=AssignmentState.DONE).count(),
            "all_count": mine.exclude(state=AssignmentState.DECLINED).count(),
        }

    def perform(self, form: Any) -> ReviewAssignment:
        row = save_review(
            self.get_object(),
            actor=self.actor,
            answers=form.answers(),
            opinion=form.cleaned_data["opinion"],
        )
        if self.request.POST.get("act") == "keep":
            self.say("已保存，可以稍后再提交。")
            return row
        self.say("已提交。")
        return finish_review(row, actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        if result.state == AssignmentState.DONE:
            waiting = self.get_queryset().filter(state=AssignmentState.ASKED).first()
            # Straight to the next paper, until none is left.
            return str((waiting or result).get_absolute_url())
        return str(result.get_absolute_url())

    def get_cancel_url(self) -> str:
        return reverse("seminars:review_list")


class ReviewStep(_Mine, StepPage):
    permission = JUDGE_PAPER
    services = {"decline": decline_review}

    def get_success_url(self, result: Any) -> str:
        self.say("已申请回避，办公室会改派。")
        return reverse("seminars:review_list")


class ReviewSpeak(_Mine, FormPage):
    permission = JUDGE_PAPER
    form_class = RemarkForm
    heading = "参加评议"
    submit_label = "发言"
    help_text = "其他评委只看到“评委甲”“评委乙”，看不到姓名。"

    def perform(self, form: Any) -> ReviewRemark:
        row: ReviewAssignment = self.get_object()
        return remark_on(
            row.paper, actor=self.actor, text=form.cleaned_data["text"], assignment=row
        )

    def get_success_url(self, result: Any) -> str:
        return str(self.get_object().get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())
