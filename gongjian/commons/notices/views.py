"""Screens of notices: the inbox of a post, and the office's view of what was sent."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme

from gongjian.commons.notices.authority import VIEW_OWN, VIEW_SENT
from gongjian.commons.notices.filters import InboxFilter, SentFilter
from gongjian.commons.notices.models import DigestLine, Notice
from gongjian.commons.notices.queries import notices_of, rule_figures
from gongjian.commons.notices.services import mark_all_read, mark_read
from gongjian.commons.notices.tables import InboxTable, SentTable
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import ListPage, Page, RecordsMixin


class Inbox(ListPage):
    """提醒: what the acting post was told."""

    permission = VIEW_OWN
    heading = "提醒"
    template_name = "notices/inbox.html"
    table_class = InboxTable
    filterset_class = InboxFilter

    def get_queryset(self) -> TenantQuerySet[Notice]:
        # A permission reaches a unit; a notice is for one post of it.
        return notices_of(self.actor.post_id)

    @cached_property
    def figures(self) -> dict[str, Any]:
        unread = Count("pk", filter=Q(read_at__isnull=True))
        return self.get_queryset().aggregate(newest=Max("pk"), unread=unread)

    def get_summary(self, records: Any) -> str:
        return f"未读 {self.figures['unread']} 条"

    def get_extra(self) -> dict[str, Any]:
        return {**self.figures, "help_text": "提醒发给职务，换届后由接任者继续办理。"}


class OpenNotice(RecordsMixin, Page):
    """Mark a notice as read and go where it points."""

    permission = VIEW_OWN
    http_method_names = ["post"]

    def get_queryset(self) -> TenantQuerySet[Notice]:
        return notices_of(self.actor.post_id)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        notice: Notice = mark_read(self.get_object(), actor=self.actor)
        if not url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
            return HttpResponseRedirect(reverse("notices:inbox"))
        return HttpResponseRedirect(notice.url)


class ReadAll(Page):
    """Mark all notices the page showed as read."""

    permission = VIEW_OWN
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = request.POST.get("up_to", "")
        # What came in after the page was drawn was not seen and stays unread.
        up_to = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
        count = mark_all_read(actor=self.actor, up_to=up_to)
        self.say(f"已将 {count} 条提醒标为已读。" if count else "没有未读的提醒。")
        return HttpResponseRedirect(reverse("notices:inbox"))


class Sent(ListPage):
    """已发提醒: who was reminded of what, when, and whether it was read."""

    permission = VIEW_SENT
    heading = "已发提醒"
    template_name = "notices/sent.html"
    table_class = SentTable
    filterset_class = SentFilter
    queryset = Notice.objects.all()

    def get_queryset(self) -> TenantQuerySet[Notice]:
        mailed = DigestLine.objects.filter(notice=OuterRef("pk")).order_by("digest__sent_at")
        sent: TenantQuerySet[Notice] = super().get_queryset().select_related("post__unit")
        return sent.annotate(mailed_at=Subquery(mailed.values("digest__sent_at")[:1]))

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": "每项职责在每个阶段只提醒一次；每人每个工作日最多一封邮件。"}


class Rules(Page):
    """提醒规则: which rules exist, and how much each sent."""

    permission = VIEW_SENT
    heading = "提醒规则"
    template_name = "notices/rules.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render({"rules": rule_figures(Notice.objects.within(self.scope), today())})
