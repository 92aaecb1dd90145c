"""Pages of the chain: sending, answering a turn, handing it on, and the routes of each kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.commons.documents import services
from gongjian.commons.documents.authority import (
    ARRANGE_DOCUMENTS,
    DRAFT_DOCUMENT,
    TAKE_PART,
)
from gongjian.commons.documents.enums import Answer, DocumentState, SignOffAct
from gongjian.commons.documents.models import OfficialDocument, SignOffRoute, SignOffTurn
from gongjian.commons.documents.queries import check_document
from gongjian.commons.documents.routes import arrange_route, post_labels, route_of
from gongjian.commons.documents.shelves import document_kinds
from gongjian.commons.documents.sign_off import may_answer
from gongjian.commons.documents.sign_off_forms import (
    DelegateForm,
    RouteForm,
    SubmitForm,
    TurnForm,
)
from gongjian.foundation.web.pages import FormPage, Page
from orgs.models import Post

#: Stands in addresses for the route of all kinds that have none of their own.
COMMON = "common"
COMMON_LABEL = "其他文种"


def origin_of(key: str) -> str:
    """Which part of the program a kind comes from: several have a 表彰决定."""
    return str(apps.get_app_config(key.split(".", maxsplit=1)[0]).verbose_name) if key else ""


def chain_of(route: SignOffRoute | None, labels: Mapping[int, str]) -> list[tuple[str, list[str]]]:
    """The seats of a route as the screen lists them: what is asked, of whom."""
    if route is None or route.is_direct:
        return []
    found: dict[str, list[str]] = defaultdict(list)
    for seat in sorted(route.seats.all(), key=lambda seat: (seat.stage, seat.pk)):
        found[seat.act].append(labels[seat.post_id])
    found[SignOffAct.SIGN] = found.get(SignOffAct.SIGN) or ["任一有签发权的领导"]
    return [(act.label, found[act]) for act in SignOffAct if found.get(act)]


def seated(route: SignOffRoute | None) -> list[Post]:
    if route is None:
        return []
    return [seat.post for seat in route.seats.select_related("post__unit")]


class DocumentSubmit(FormPage):
    """送审."""

    permission = DRAFT_DOCUMENT
    heading = "送审"
    form_class = SubmitForm
    template_name = "documents/submit.html"
    submit_label = "送审"
    success_message = "已送审。轮到的人会收到通知；办完后您也会收到通知。"

    def get_object(self) -> OfficialDocument:
        found = OfficialDocument.objects.filter(pk=self.kwargs["pk"]).first()
        if found is None or found.state != DocumentState.DRAFT:
            raise Http404
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        route = route_of(self.get_object().kind)
        return {"seated": [post.pk for post in seated(route)]}

    def perform(self, form: Any) -> OfficialDocument:
        document = OfficialDocument.objects.get(pk=self.kwargs["pk"])
        data = form.cleaned_data
        return services.submit_document(
            document, actor=self.actor, joint=list(data["joint"]), words=data["words"]
        )

    def get_cancel_url(self) -> str:
        return reverse("documents:officialdocument_detail", args=[self.kwargs["pk"]])

    def get_extra(self) -> dict[str, Any]:
        document = self.get_object()
        route = route_of(document.kind)
        return {
            "object": document,
            "chain": chain_of(route, post_labels(seated(route))),
            "checks": check_document(document),
        }


class TurnPage(FormPage, base=True):
    """One turn of this post."""

    def get_turn(self) -> SignOffTurn:
        found = (
            SignOffTurn.objects.select_related("document", "post__unit")
            .filter(pk=self.kwargs["pk"], opened_at__isnull=False)
            .first()
        )
        # Whose turn it never was sees no page; whose it was is told by the service.
        if found is None or not may_answer(found, self.actor):
            raise Http404
        return found

    def get_cancel_url(self) -> str:
        return self.get_turn().document.get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        turn = self.get_turn()
        return {"object": turn.document, "turn": turn}


class TurnAnswer(TurnPage):
    """核稿、会签、签发."""

    permission = TAKE_PART
    form_class = TurnForm
    template_name = "documents/turn.html"
    submit_label = "提交"

    def get_heading(self) -> str:
        return str(self.get_turn().get_act_display())

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"turn": self.get_turn()}

    def perform(self, form: Any) -> OfficialDocument:
        turn, data = self.get_turn(), form.cleaned_data
        if data["answer"] == Answer.RETURNED:
            self.say("已退回起草人修改。")
            return services.send_back(
                turn, actor=self.actor, reason=data["opinion"], revision=data["revision"]
            )
        self.say(f"已{turn.get_act_display()}。")
        return services.agree_to_document(
            turn, actor=self.actor, opinion=data["opinion"], revision=data["revision"]
        )

    def get_extra(self) -> dict[str, Any]:
        extra = super().get_extra()
        document = extra["object"]
        return {
            **extra,
            "checks": check_document(document),
            "preview_url": reverse("documents:document_preview", args=[document.pk]),
        }


class TurnDelegate(TurnPage):
    """转请他人办理."""

    permission = TAKE_PART
    heading = "转请他人办理"
    form_class = DelegateForm
    template_name = "documents/turn.html"
    submit_label = "转请办理"
    success_message = "已转请办理，对方会收到通知。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"turn": self.get_turn(), "actor": self.actor}

    def perform(self, form: Any) -> OfficialDocument:
        data = form.cleaned_data
        turn = services.delegate_turn(
            self.get_turn(), actor=self.actor, post=data["post"], reason=data["reason"]
        )
        return turn.document

    def get_success_url(self, result: Any) -> str:
        return str(result.get_absolute_url())


class RouteList(Page):
    """审签流程: each kind with its chain."""

    permission = ARRANGE_DOCUMENTS
    heading = "审签流程"
    template_name = "documents/routes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        routes = {
            route.kind: route
            for route in SignOffRoute.objects.prefetch_related("seats__post__unit")
        }
        posts = {seat.post for route in routes.values() for seat in route.seats.all()}
        labels = post_labels(list(posts))
        kinds = [("", COMMON_LABEL), *((kind.key, kind.label) for kind in document_kinds)]
        rows = [
            {
                "label": label,
                "origin": origin_of(key),
                "url": reverse("documents:route_edit", args=[key or COMMON]),
                "route": routes.get(key),
                "chain": chain_of(routes.get(key), labels),
            }
            for key, label in kinds
        ]
        return self.render({"rows": rows})


class RouteEdit(FormPage):
    """设置一个文种的审签流程."""

    permission = ARRANGE_DOCUMENTS
    form_class = RouteForm
    template_name = "documents/route_form.html"
    success_message = "审签流程已保存，以后送审的公文按新流程办理；已经送审的不变。"

    @property
    def kind(self) -> str:
        key = str(self.kwargs["kind"])
        if key == COMMON:
            return ""
        if key not in document_kinds:
            raise Http404
        return key

    def get_heading(self) -> str:
        return f"审签流程：{document_kinds[self.kind].label if self.kind else COMMON_LABEL}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"route": SignOffRoute.objects.filter(kind=self.kind).first()}

    def perform(self, form: Any) -> SignOffRoute:
        return arrange_route(self.kind, actor=self.actor, plan=form.plan())

    def get_cancel_url(self) -> str:
        return reverse("documents:route_list")
