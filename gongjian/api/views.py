"""Units, periods, targets, follow-ups and issued documents, to be read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import DateField

from gongjian.api.follow_ups import tag_of_follow_up
from gongjian.api.reading import Collection, Item, Resource
from gongjian.api.serializers import (
    DocumentSerializer,
    FollowUpSerializer,
    PeriodSerializer,
    TargetSerializer,
    UnitSerializer,
)
from gongjian.api.values import KEY, WORD, YEAR
from gongjian.commons.documents.authority import VIEW_DOCUMENT
from gongjian.commons.documents.enums import DocumentState
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.queries import documents_seen_by
from gongjian.commons.documents.views import stored_answer
from gongjian.commons.follow_ups.authority import VIEW_FOLLOW_UP
from gongjian.commons.follow_ups.enums import FollowUpState
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.authority import VIEW_UNIT
from orgs.models import Unit
from responsibilities.authority import VIEW_TARGET
from responsibilities.enums import TargetState
from responsibilities.models import Target


class _Units(Resource):
    permission = VIEW_UNIT
    queryset = Unit.objects.all()
    serializer_class = UnitSerializer
    group = "单位"


class Units(_Units, Collection):
    titles: ClassVar[dict[str, str]] = {"GET": "单位清单"}
    filters: ClassVar[dict[str, Any]] = {
        "code": ("code", WORD),
        "level": ("level", WORD),
        "category": ("category", WORD),
        "parent": ("parent_id", KEY),
    }
    orders = ("code", "-code")


class OneUnit(_Units, Item):
    """One unit."""

    titles: ClassVar[dict[str, str]] = {"GET": "一条单位"}


class _Periods(Resource):
    permission = VIEW_UNIT
    queryset = Period.objects.all()
    serializer_class = PeriodSerializer
    group = "报告期"


class Periods(_Periods, Collection):
    titles: ClassVar[dict[str, str]] = {"GET": "报告期清单"}
    filters: ClassVar[dict[str, Any]] = {"year": ("year", YEAR), "kind": ("kind", WORD)}
    orders = ("-starts_on", "starts_on")


class OnePeriod(_Periods, Item):
    """One period."""

    titles: ClassVar[dict[str, str]] = {"GET": "一条报告期"}


class _Targets(Resource):
    """Targets that were issued; what is still being weighed is for the screens alone."""

    permission = VIEW_TARGET
    queryset = Target.objects.exclude(state=TargetState.DRAFT).select_related(
        "unit", "indicator", "plan"
    )
    serializer_class = TargetSerializer
    group = "目标"


class Targets(_Targets, Collection):
    titles: ClassVar[dict[str, str]] = {"GET": "目标清单"}
    filters: ClassVar[dict[str, Any]] = {
        "year": ("plan__year", YEAR),
        "unit": ("unit__code", WORD),
        "indicator": ("indicator__code", WORD),
        "state": ("state", WORD),
    }


class OneTarget(_Targets, Item):
    """One target."""

    titles: ClassVar[dict[str, str]] = {"GET": "一条目标"}


class _FollowUps(Resource):
    permission = VIEW_FOLLOW_UP
    queryset = FollowUp.objects.exclude(state=FollowUpState.DRAFT).select_related("unit")
    serializer_class = FollowUpSerializer
    group = "督办"


class FollowUps(_FollowUps, Collection):
    titles: ClassVar[dict[str, str]] = {"GET": "督办清单"}
    filters: ClassVar[dict[str, Any]] = {
        "unit": ("unit__code", WORD),
        "state": ("state", WORD),
        "due_before": ("due_on__lt", DateField()),
    }
    orders = ("due_on", "-due_on")


class OneFollowUp(_FollowUps, Item):
    """One follow-up, with the revision that its steps name."""

    titles: ClassVar[dict[str, str]] = {"GET": "一条督办"}

    def get(self, request: Request, pk: int) -> Response:
        found = self.get_object()
        return Response(
            self.serializer_class(found).data, headers={"ETag": tag_of_follow_up(found)}
        )


class _Documents(Resource):
    """Documents that were issued and that the post may read."""

    permission = VIEW_DOCUMENT
    queryset = OfficialDocument.objects.filter(state=DocumentState.ISSUED).select_related("file")
    serializer_class = DocumentSerializer
    group = "文件"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return documents_seen_by(super().get_queryset(), self.actor)


class Documents(_Documents, Collection):
    titles: ClassVar[dict[str, str]] = {"GET": "文件清单"}
    orders = ("-pk", "pk")


class OneDocument(_Documents, Item):
    """One document."""

    titles: ClassVar[dict[str, str]] = {"GET": "一条文件"}


class DocumentFile(_Documents):
    """The printed file, byte by byte as it was issued."""

    titles: ClassVar[dict[str, str]] = {"GET": "印发的文件"}
    media_type = "application/pdf"

    def get(self, request: Request, pk: int) -> HttpResponseBase:
        document = self.get_object()
        if document.file is None:
            raise Http404
        return stored_answer(document.file)
