"""How the interface describes itself: everything a caller must know stands in the schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from gongjian.commons.identity.api import TokenAuthentication

_REFUSALS = {
    400: "参数或正文的写法不对",
    401: "没有令牌，或者令牌无效",
    403: "令牌没有此项权限",
    404: "没有这条记录，或者不在本职务的范围内",
    429: "调用太密，请按 Retry-After 等待",
}
_WRITING = {
    409: "当前状态不能做这一步",
    412: "读取之后已被修改",
    422: "内容没有通过校验",
    428: "没有带 If-Match",
}
_TAG = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="读取这条记录时应答中的 ETag，原样带回。",
    examples=[OpenApiExample("还没有人开始填", value='"none"')],
)
_TYPES = {
    serializers.IntegerField: OpenApiTypes.INT64,
    serializers.DateField: OpenApiTypes.DATE,
}


class RefusalSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="种类，供程序判断")
    message = serializers.CharField(help_text="给人看的原因")
    field = serializers.CharField(allow_blank=True, help_text="哪一项；与具体项无关时为空")


class RefusalsSerializer(serializers.Serializer[Any]):
    """Every refusal has this shape."""

    errors = RefusalSerializer(many=True)  # type: ignore[assignment]


class BearerToken(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "接口令牌"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "在【接口令牌】中建立；放在 Authorization: Bearer 之后。",
        }


class Described(AutoSchema):
    """Reads titles, filters, orders and refusals off the view itself, so they cannot differ."""

    def get_summary(self) -> str:
        titles: dict[str, str] = getattr(self.view, "titles", {})
        return titles.get(self.method, "")

    def get_description(self) -> str:  # type: ignore[override]
        """Docstrings are for who reads the code."""
        return str(getattr(self.view, "about", ""))

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "group", "其他")]

    def get_operation_id(self) -> str:
        """The name of the address; each address takes each method once."""
        parts = self.path.removeprefix("/api/").strip("/").replace("-", "_").split("/")
        return "_".join([self.method.lower(), *(part.strip("{}") for part in parts)])

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.method == "GET" and hasattr(self.view, "filters")

    def get_request_serializer(self) -> Any:
        return getattr(self.view, "taken", {}).get(self.method)

    def get_response_serializers(self) -> Any:
        found: dict[Any, Any] = {}
        view: Any = self.view
        kind = getattr(view, "media_type", None)
        if kind:
            found[200, kind] = OpenApiTypes.BINARY
        else:
            given = view.serializer_class
            found[200] = given(many=True) if self._is_list_view() else given
        refusals = _REFUSALS | (_WRITING if self.method in {"PATCH", "POST"} else {})
        if "{" not in self.path:
            refusals = {number: text for number, text in refusals.items() if number != 404}
        if self._is_list_view():
            refusals = refusals | {404: "这个 cursor 不是本接口给出的"}
        for number, text in sorted(refusals.items()):
            found[number] = OpenApiResponse(RefusalsSerializer, description=text)
        return found

    def get_override_parameters(self) -> list[Any]:
        if self.method in getattr(self.view, "guarded", ()):
            return [_TAG]
        if not self._is_list_view():
            return []
        view: Any = self.view
        found = [
            OpenApiParameter(name, _type_of(field), description=_about(lookup, field))
            for name, (lookup, field) in view.filters.items()
        ]
        orders = list(view.orders)
        about = "排序，前加“-”为倒序"
        return [
            *found,
            OpenApiParameter("order", OpenApiTypes.STR, enum=orders, description=about),
        ]


def _type_of(field: Any) -> OpenApiTypes:
    return _TYPES.get(type(field), OpenApiTypes.STR)


_NAMES = {
    "unit__code": "单位代码",
    "code": "代码",
    "level": "层级",
    "category": "类别",
    "parent_id": "上级单位的 id",
    "year": "年份",
    "plan__year": "年份",
    "kind": "种类",
    "indicator__code": "指标代码",
    "state": "状态",
    "returns__state": "季报的状态",
    "period_id": "报告期的 id",
    "due_on__lt": "期限早于这一天",
}


def _about(lookup: str, field: Any) -> str:
    return _NAMES[lookup]
