"""Choice of the post that one acts in, and the page of those who hold none."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse

from gongjian.foundation.web.pages import Page
from gongjian.foundation.web.views import ENTER
from orgs.middleware import APPOINTMENT_KEY, TENANT_KEY
from orgs.models import User
from orgs.terms import terms_of


class SwitchPost(Page):
    """切换职务: another running term of the same person, in any of their tenants."""

    permission = ENTER

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        terms = terms_of(cast("User", request.user))
        chosen = next((term for term in terms if str(term.pk) == request.POST.get("post")), None)
        if chosen is None:
            messages.error(request, "这段任职已经结束，不能切换，请选择其他职务。")
            return HttpResponseRedirect("/")
        request.session.cycle_key()
        request.session[TENANT_KEY] = chosen.tenant_id
        request.session[APPOINTMENT_KEY] = chosen.pk
        messages.success(request, f"已切换为“{chosen.unit_name}{chosen.title}”。")
        return HttpResponseRedirect("/")


class NoPost(Page):
    """任职已到期: the one page for those who may enter no other."""

    permission = ENTER
    template_name = "orgs/no_post.html"
    heading = "目前没有任职"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "actor", None) is not None:
            return HttpResponseRedirect("/")
        context = {"heading": self.heading, "person": request.user}
        return TemplateResponse(request, self.template_name, context)
