"""Common ground of the resources: reach of the token's post, pages by cursor, filters, order."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.core.exceptions import ValidationError as InvalidValue
from django.http import Http404
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Field
from rest_framework.throttling import SimpleRateThrottle

from gongjian.api.answers import answer_to
from gongjian.commons.identity.api import TokenView
from gongjian.commons.identity.models import AccessToken
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantQuerySet

#: Parameters of every list beside its own filters.
_COMMON = frozenset({"cursor", "size", "order"})


class PerToken(SimpleRateThrottle):
    """A machine that runs wild slows down itself alone."""

    scope = "api"
    rate = "600/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        token = request.auth
        return f"api-calls-{token.pk}" if isinstance(token, AccessToken) else None


class Pages(CursorPagination):
    page_size = 50
    max_page_size = 200
    page_size_query_param = "size"

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        asked = request.query_params.get("order", view.orders[0])
        if asked not in view.orders:
            offered = "、".join(view.orders)
            raise ValidationError({"order": [f"不能按此排序，可选：{offered}。"]})
        return (asked, "pk")

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, InvalidValue):
            raise NotFound from None  # a cursor that nobody was given

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {"next": self.get_next_link(), "previous": self.get_previous_link(), "results": data}
        )


class Resource(TokenView):
    """Rows within the reach that the token's post holds for the permission, and no others."""

    queryset: ClassVar[Any]
    serializer_class: ClassVar[type[BaseSerializer[Any]]]
    throttle_classes = (PerToken,)
    http_method_names = ["get", "head", "options"]
    #: For the description: heading of the resource, method → what it does, body and answer.
    group: ClassVar[str]
    titles: ClassVar[dict[str, str]]
    taken: ClassVar[dict[str, type[BaseSerializer[Any]]]] = {}
    #: Methods that name the revision they were read at.
    guarded: ClassVar[tuple[str, ...]] = ()

    @property
    def actor(self) -> Actor:
        return cast("Actor", self.request._request.actor)  # type: ignore[attr-defined]

    def get_exception_handler(self) -> Any:
        return answer_to

    def get_queryset(self) -> TenantQuerySet[Any]:
        records: TenantQuerySet[Any] = self.queryset.all()
        return records.within(self.actor.scope(self.permission))

    def get_object(self) -> Any:
        found = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found


class Collection(Resource):
    pagination_class = Pages
    #: Parameter → lookup and the field that reads it.
    filters: ClassVar[dict[str, tuple[str, Field[Any, Any, Any, Any]]]] = {}
    #: The first is taken where none is asked for.
    orders: ClassVar[tuple[str, ...]] = ("pk", "-pk")

    def get(self, request: Request) -> Response:
        pages = Pages()
        records = self.get_queryset().filter(**self.chosen(request))
        page = pages.paginate_queryset(records, request, view=self)
        return pages.get_paginated_response(self.serializer_class(page, many=True).data)

    def chosen(self, request: Request) -> dict[str, Any]:
        """Read the filters; one that is not known is refused, since it would filter nothing."""
        found: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for name, text in request.query_params.items():
            if name in _COMMON:
                continue
            if name not in self.filters:
                errors[name] = ["没有这个筛选条件。"]
                continue
            lookup, field = self.filters[name]
            try:
                found[lookup] = field.run_validation(text)
            except ValidationError as error:
                errors[name] = error.detail
        if errors:
            raise ValidationError(errors)
        return found


class Item(Resource):
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.serializer_class(self.get_object()).data)
