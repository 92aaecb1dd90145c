"""What suggestions put on the shelves."""

from __future__ import annotations

from gongjian.commons.evidence.shelf import EvidenceSubject, evidence_subjects
from gongjian.commons.feedback.authority import VIEW_SUGGESTION, WRITE_SUGGESTION
from gongjian.commons.feedback.enums import WAITING
from gongjian.commons.feedback.models import Suggestion
from gongjian.commons.feedback.queries import readable_by, waiting
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.web.shelves import NavigationEntry, navigation

navigation.register(
    NavigationEntry(
        key="feedback.mine",
        label="我的意见",
        group="工作",
        url_name="feedback:mine",
        icon="message-circle",
        permission=WRITE_SUGGESTION,
        order=90,
    )
)
navigation.register(
    NavigationEntry(
        key="feedback.list",
        label="投诉建议",
        group="工作",
        url_name="feedback:suggestion_list",
        icon="messages",
        permission=VIEW_SUGGESTION,
        order=91,
        waiting=waiting,
    )
)


def _find(pk: int, lock: bool) -> Suggestion | None:  # noqa: FBT001 -- the shelf's signature
    found = Suggestion.objects.select_related("unit").filter(pk=pk, mark="")
    return found.select_for_update(of=("self",)).first() if lock else found.first()


def _may_read(actor: Actor, suggestion: Suggestion, slot: str) -> bool:
    return readable_by(actor).filter(pk=suggestion.pk).exists()


# A file says who put it in, so an unnamed suggestion has none: ``_find`` does not know it.
evidence_subjects.register(
    EvidenceSubject(
        key="feedback.suggestion",
        find=_find,
        unit_of=lambda suggestion: suggestion.unit,
        may_read=_may_read,
        may_add=lambda actor, suggestion, slot: (
            suggestion.is_of(actor) and suggestion.state in WAITING
        ),
        is_sealed=lambda suggestion, slot, added_at: suggestion.state not in WAITING,
        has_slot=lambda suggestion, slot: not slot,
        url_of=lambda suggestion, slot: suggestion.get_absolute_url(),
    )
)
