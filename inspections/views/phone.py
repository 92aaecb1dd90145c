"""The visit on a phone: one page that survives a dead network, and where it saves to."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.evidence.enums import ENDINGS, LARGEST
from gongjian.commons.questionnaires.models import Question
from gongjian.commons.questionnaires.queries import choices_of, sections_of
from gongjian.commons.questionnaires.scoring import Given
from gongjian.commons.questionnaires.services.answering import given_of
from gongjian.foundation.kernel.errors import DomainError, StateConflict
from gongjian.foundation.web.pages import Page
from inspections.authority import INSPECT
from inspections.enums import FindingCategory, Severity, VisitState
from inspections.models import Visit
from inspections.queries.known import known_answers
from inspections.queries.visits import may_fill, visible_visits
from inspections.services.inspecting import (
    REMARKS,
    Bundle,
    Outcome,
    save_bundle,
    stamp_of,
    words_of,
)


class _PhonePage(Page, base=True):
    permission = INSPECT

    def get_visit(self) -> Visit:
        visit = (
            visible_visits(self.actor)
            .select_related("version__questionnaire", "sheet")
            .filter(pk=self.kwargs["pk"])
            .first()
        )
        if visit is None or not may_fill(visit, self.actor):
            raise Http404
        return visit


class VisitFill(_PhonePage):
    """Checklist, findings, promises and the conclusion, one under the other."""

    template_name = "inspections/visit_fill.html"

    def get_heading(self) -> str:
        return "现场检查"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        visit = self.get_visit()
        if visit.state != VisitState.UNDER_WAY or visit.sheet is None:
            raise StateConflict(f"这次督查{visit.get_state_display()}，现在不能填写检查记录。")
        questions = list(visit.version.questions.all())
        past = visit.unit.findings.exclude(visit=visit).select_related("question").order_by("-pk")
        known = known_answers(visit, questions)
        return self.render(
            {
                "visit": visit,
                "sections": [
                    (name, [(item, choices_of(item), known.get(item.pk)) for item in group])
                    for name, group in sections_of(questions)
                ],
                "count": len(questions),
                "held": held_of(visit, questions),
                "categories": FindingCategory.choices,
                "severities": Severity.choices,
                "past": past[:10],
                "largest": LARGEST,
                "accept": ",".join(
                    sorted({f".{end}" for ends in ENDINGS.values() for end in ends})
                ),
                "offline_url": f"{reverse('web:offline')}?for=visits"
                if settings.OFFLINE_PAGES
                else "",
            }
        )


def held_of(visit: Visit, questions: list[Question]) -> dict[str, Any]:
    """What the server holds, for the page to start from."""
    assert visit.sheet is not None  # noqa: S101 -- asked before
    given = given_of(visit.sheet)
    return {
        "revision": visit.revision,
        "answers": {
            str(item.pk): _plain(given.get(item.pk, Given())) for item in questions
        },
        "demands": {
            str(item.pk): {"note": item.note_on, "finding": item.finding_on, "text": item.text,
                           "basis": item.basis}
            for item in questions
        },
        "findings": {
            str(item.client_key): {**words_of(item), "stamp": stamp_of(item)}
            for item in visit.findings.order_by("pk")
        },
        "help": {
            str(item.client_key): {"text": item.text, "due_on": str(item.due_on)}
            for item in visit.help_items.all()
        },
        "remarks": {name: getattr(visit, name) for name in REMARKS},
    }  # fmt: skip


def _plain(given: Given) -> dict[str, Any]:
    return {"value": given.value, "na": given.is_na, "note": given.note}


class VisitSave(_PhonePage):
    """Takes a bundle as JSON; the answer holds marks and messages, never inputs."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        visit = self.get_visit()
        try:
            bundle = read_bundle(json.loads(request.body))
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise DomainError("上传的内容不完整，请刷新页面后重试；本机草稿仍在。") from error
        try:
            outcome = save_bundle(visit, actor=self.actor, bundle=bundle)
        except StateConflict as error:
            return JsonResponse({"message": error.message}, status=409)
        visit.refresh_from_db(fields=["revision"])
        return JsonResponse(told(outcome, visit.revision))


def read_bundle(sent: Any) -> Bundle:
    return Bundle(
        answers=_givens(sent.get("answers", {})),
        base=_givens(sent.get("base", {})),
        findings=[dict(item) for item in sent.get("findings", [])],
        help_items=[dict(item) for item in sent.get("help", [])],
        remarks={str(name): str(text) for name, text in sent.get("remarks", {}).items()},
        remark_base={str(name): str(text) for name, text in sent.get("remark_base", {}).items()},
    )


def _givens(sent: Any) -> dict[int, Given]:
    return {
        int(pk): Given(str(item["value"]), bool(item["na"]), str(item["note"]))
        for pk, item in sent.items()
    }


def told(outcome: Outcome, revision: int) -> dict[str, Any]:
    saved = outcome.answers
    return {
        "revision": revision,
        "saved_at": f"{timezone.localtime():%H:%M}",
        "stored": {str(pk): _plain(given) for pk, given in saved.stored.items()},
        "errors": {str(pk): text for pk, text in saved.errors.items()} | outcome.errors,
        "conflicts": {
            str(pk): {**_plain(given), "author": author}
            for pk, (given, author) in saved.conflicts.items()
        }
        | outcome.conflicts,
        "stamps": outcome.stamps,
    }
