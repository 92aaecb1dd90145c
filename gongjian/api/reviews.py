"""Review of returns: what waits for the token's post, and the two decisions of the screen."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from rest_framework.request import Request
from rest_framework.response import Response

from gongjian.api.reading import Collection
from gongjian.api.returns import OWED, OneReturn, Returns
from gongjian.api.serializers import AcceptSerializer, ObligationSerializer, SendBackSerializer
from gongjian.foundation.tenancy.models import TenantQuerySet
from responsibilities.authority import REVIEW_RETURN
from responsibilities.enums import ReturnState
from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.queries.review import reviewable, waiting_for
from responsibilities.services.review import accept_return, send_back_return

#: What a unit has handed in; drafts and corrections under way are nobody else's.
_HANDED_IN = (ReturnState.SUBMITTED, ReturnState.ACCEPTED)


class Reviews(Collection):
    group = "审核"
    titles: ClassVar[dict[str, str]] = {"GET": "待我审核的季报"}
    permission = REVIEW_RETURN
    queryset = OWED
    serializer_class = ObligationSerializer
    filters: ClassVar[dict[str, Any]] = {name: Returns.filters[name] for name in ("unit", "period")}
    orders = ("due_on", "-due_on")

    def get_queryset(self) -> TenantQuerySet[Any]:
        waiting = waiting_for(self.actor).values("obligation")
        records: Any = self.queryset.filter(pk__in=waiting)
        return cast("TenantQuerySet[Any]", records)


class OneReview(OneReturn):
    """A return as it was handed in. Reading it is no step: the unit may still withdraw it."""

    group = "审核"
    titles: ClassVar[dict[str, str]] = {"GET": "一张待审季报和它的各格"}
    permission = REVIEW_RETURN
    taken: ClassVar[dict[str, Any]] = {}
    guarded: ClassVar[tuple[str, ...]] = ()
    http_method_names = ["get", "head", "options"]
    states: ClassVar[tuple[str, ...]] = _HANDED_IN

    def get_queryset(self) -> TenantQuerySet[Any]:
        mine = reviewable(self.actor).filter(state__in=self.states).values("obligation")
        records: Any = self.queryset.filter(pk__in=mine)
        return cast("TenantQuerySet[Any]", records)


class _Decision(OneReview):
    guarded: ClassVar[tuple[str, ...]] = ("POST",)
    http_method_names = ["post", "options"]
    states = (*_HANDED_IN, ReturnState.SENT_BACK)

    def post(self, request: Request, pk: int) -> Response:
        obligation = self.locked(request)
        given = self.taken["POST"](data=request.data)
        given.is_valid(raise_exception=True)
        self.decide(QuarterlyReturn.objects.get(obligation=obligation), given.validated_data)
        # Read anew, and not through the list: a decision may end one's own part in it.
        return self.show(Obligation.objects.get(pk=obligation.pk))

    def decide(self, row: QuarterlyReturn, given: dict[str, Any]) -> None:
        raise NotImplementedError


class ReviewAccept(_Decision):
    """Acceptance; where both lines sign, the own line's signature."""

    titles: ClassVar[dict[str, str]] = {"POST": "通过"}
    taken: ClassVar[dict[str, Any]] = {"POST": AcceptSerializer}

    def decide(self, row: QuarterlyReturn, given: dict[str, Any]) -> None:
        accept_return(row, actor=self.actor, **given)


class ReviewSendBack(_Decision):
    """Sending back, with a reason or remarks pinned to cells; these cells open again."""

    titles: ClassVar[dict[str, str]] = {"POST": "退回补正"}
    taken: ClassVar[dict[str, Any]] = {"POST": SendBackSerializer}

    def decide(self, row: QuarterlyReturn, given: dict[str, Any]) -> None:
        send_back_return(row, actor=self.actor, **given)
