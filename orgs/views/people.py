"""Posts and the people who hold them."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gongjian.foundation.web.pages import ConfirmPage, FormPage, ListPage, RecordsMixin
from orgs.authority import MANAGE_POST, VIEW_UNIT
from orgs.filters import PostFilter
from orgs.forms import AppointForm, EndAppointmentForm, PostForm
from orgs.models import Appointment, Post, Unit, User
from orgs.queries import current_appointments
from orgs.services import (
    appoint,
    appoint_new_person,
    create_post,
    end_appointment,
    reset_password,
)
from orgs.tables import PostTable
from orgs.views.units import UnitFormPage


class PeopleList(ListPage):
    """人员与职务: every post within reach and who holds it."""

    permission = VIEW_UNIT
    heading = "人员与职务"
    queryset = Post.objects.select_related("unit")
    table_class = PostTable
    filterset_class = PostFilter

    def get_queryset(self) -> Any:
        running = Prefetch("appointments", queryset=current_appointments(), to_attr="running")
        return super().get_queryset().prefetch_related(running)

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": [("工作台", "/"), ("人员与职务", "")]}


class PostCreate(UnitFormPage):
    permission = MANAGE_POST
    queryset = Unit.objects.filter(closed_on__isnull=True)
    heading = "新增职务"
    form_class = PostForm
    success_message = "已新增职务，请接着办理任职。"

    def perform(self, form: Any) -> Post:
        return create_post(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Post) -> str:
        return reverse("orgs:appoint", args=[result.pk])


class PasswordShown(FormPage, base=True):
    """A form after which a first password stands on the screen, this once.

    The answer to the POST shows it, so it is kept in no session and no
    message; sending the form again leads to the unit and shows nothing.
    """

    shown: dict[str, str] | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        if self.shown is None or not isinstance(response, HttpResponseRedirect):
            return response
        context = {**self.shown, "next_url": response.url}
        return self.render(context, template="orgs/first_password.html")


class Appoint(RecordsMixin, PasswordShown):
    """办理任职, of an account there is or of a new one."""

    permission = MANAGE_POST
    queryset = Post.objects.select_related("unit")
    heading = "办理任职"
    form_class = AppointForm
    submit_label = "任职"

    def get_form_kwargs(self) -> dict[str, Any]:
        accounts = User.objects.filter(
            memberships__tenant_id=self.actor.tenant_id, is_active=True
        ).order_by("person_name", "pk")
        return {"accounts": accounts}

    def perform(self, form: Any) -> Appointment:
        values = form.cleaned_data
        post, starts_on = self.get_object(), values["starts_on"]
        if values["account"] is not None:
            term = appoint(post, actor=self.actor, user=values["account"], starts_on=starts_on)
            self.say("已办理任职。")
            return term
        holder = appoint_new_person(
            post,
            actor=self.actor,
            username=values["username"],
            person_name=values["person_name"],
            work_phone=values["work_phone"],
            starts_on=starts_on,
        )
        self.shown = {
            "username": values["username"],
            "person_name": values["person_name"],
            "password": holder.password,
        }
        return holder.term

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": f"职务：{self.get_object()}"}


class TermPage(RecordsMixin, FormPage, base=True):
    queryset = Appointment.objects.select_related("post__unit", "user")

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        term = self.get_object()
        return {"object": term, "help_text": f"{term.post} {term.user}，{term.starts_on}任职。"}


class EndAppointment(TermPage):
    permission = MANAGE_POST
    heading = "办理卸任"
    form_class = EndAppointmentForm
    submit_label = "卸任"
    success_message = "已办理卸任。"

    def perform(self, form: Any) -> Appointment:
        return end_appointment(
            self.get_object(), actor=self.actor, ends_on=form.cleaned_data["ends_on"]
        )


class PasswordReset(TermPage, PasswordShown, ConfirmPage):
    """重置密码 of the holder of a post."""

    permission = MANAGE_POST
    heading = "重置密码"
    submit_label = "重置密码"

    def perform(self, form: Any) -> Appointment:
        term: Appointment = self.get_object()
        password = reset_password(term.user, actor=self.actor, post=term.post)
        self.shown = {
            "username": term.user.username,
            "person_name": term.user.person_name,
            "password": password,
        }
        return term

    def get_extra(self) -> dict[str, Any]:
        question = "重置后原密码立即失效，已登录的设备须重新登录。确定要重置吗？"
        return {**super().get_extra(), "question": question}
