"""Pages: every screen names the authority it needs, or it does not import."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.generic import View
from django_filters.filterset import FilterSet
from django_tables2 import RequestConfig, Table

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.audit.trail import history_of
from gongjian.foundation.kernel.actor import Actor, Located, Scope
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    Outdated,
    StateConflict,
)
from gongjian.foundation.kernel.once import one_page
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.errors import refusal
from gongjian.foundation.web.models import SubmittedForm
from gongjian.foundation.web.requests import ActorRequest, wants_fragment
from gongjian.foundation.workflow.lifecycle import Stateful, Step


class Page(View):
    """A screen: permission, one template, rendered inside the view's transaction."""

    permission: ClassVar[str] = ""
    template_name: ClassVar[str] = ""
    heading: ClassVar[str] = ""
    request: ActorRequest

    def __init_subclass__(cls, *, base: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not base and not cls.permission:
            raise TypeError(f"{cls.__qualname__} must name the permission it needs")

    @property
    def actor(self) -> Actor:
        return self.request.actor

    @property
    def scope(self) -> Scope:
        """Units this page may show; the permission was checked before."""
        scope = self.actor.scope(self.permission)
        if scope is None:
            raise Http404
        return scope

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = getattr(request, "actor", None)
        if actor is None or not actor.may(self.permission):
            # 404 and not 403: no hint that the page exists.
            raise Http404
        # A page that only reads has nothing to take back when it is refused.
        within: AbstractContextManager[Any] = (
            one_page() if self._only_reads(request) else transaction.atomic()
        )
        try:
            with within:
                response = super().dispatch(request, *args, **kwargs)
                if isinstance(response, TemplateResponse):
                    # Rendered here, where the tenant is still bound to the transaction.
                    response.render()
        except DomainError as error:
            # What the page wrote is rolled back; the refusal may ask the database again.
            return refusal(request, status=self.status_of(error), message=error.message)
        return response

    @staticmethod
    def _only_reads(request: HttpRequest) -> bool:
        return request.method in {"GET", "HEAD"} and connection.in_atomic_block

    @staticmethod
    def status_of(error: DomainError) -> int:
        if isinstance(error, StateConflict):
            return 409
        return 403 if isinstance(error, NotPermitted) else 422

    def render(
        self, context: Mapping[str, Any] | None = None, *, template: str = "", status: int = 200
    ) -> TemplateResponse:
        full = {"heading": self.get_heading(), "page": self, **(context or {})}
        return TemplateResponse(self.request, template or self.template_name, full, status=status)

    def get_heading(self) -> str:
        return self.heading

    def say(self, text: str) -> None:
        """Show a short confirmation on the next page."""
        messages.success(self.request, text)


class RecordsMixin:
    """Records within the reach of the page's permission."""

    queryset: ClassVar[Any] = None
    kwargs: dict[str, Any]
    scope: Scope

    def get_queryset(self) -> TenantQuerySet[Any]:
        records: TenantQuerySet[Any] = self.queryset.all().within(self.scope)
        return records

    def get_object(self) -> Any:
        found = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found


class ListPage(RecordsMixin, Page, base=True):
    """A filtered table; htmx asks for the table alone and gets the fragment."""

    template_name = "web/list.html"
    fragment_template: ClassVar[str] = "web/_list_body.html"
    table_class: ClassVar[type[Table]]
    filterset_class: ClassVar[type[FilterSet] | None] = None
    paginate_by: ClassVar[int] = 50

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        records: Any = self.get_queryset()
        filterset = None
        if self.filterset_class is not None:
            filterset = self.filterset_class(request.GET, queryset=records, request=request)
            records = filterset.qs
        table = self.table_class(records, **self.get_table_kwargs())
        RequestConfig(request, paginate={"per_page": self.paginate_by, "silent": True}).configure(
            table
        )
        context = {"table": table, "filter": filterset, "summary": self.get_summary(records)}
        template = self.fragment_template if wants_fragment(request) else self.template_name
        return self.render({**context, **self.get_extra()}, template=template)

    def get_table_kwargs(self) -> dict[str, Any]:
        return {}

    def get_summary(self, records: Any) -> str:
        """A line above the table, such as “共 39/40 家已报送”."""
        return ""

    def get_extra(self) -> dict[str, Any]:
        """``create_url``, ``create_label``, ``export_url``, ``empty_text`` and the like."""
        return {}


class DetailPage(RecordsMixin, Page, base=True):
    """One record: facts, steps as buttons, history."""

    template_name = "web/detail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        context = {
            "object": self.object,
            "heading": str(self.object),
            "facts": self.get_facts(),
            "steps": self.get_steps(),
            "history": self.get_history(),
        }
        return self.render({**context, **self.get_extra()})

    def get_facts(self) -> list[tuple[str, Any]]:
        return []

    def get_place(self) -> Located | None:
        """Unit at which the steps need their authority."""
        return getattr(self.object, "unit", None)

    def get_steps(self) -> list[dict[str, str]]:
        if not isinstance(self.object, Stateful):
            return []
        steps = self.object.lifecycle.open_to(self.object, self.actor, at=self.get_place())
        return [
            {
                "label": step.label,
                "url": self.get_step_url(step),
                "style": step.style,
                "icon": step.icon,
            }
            for step in steps
        ]

    def get_step_url(self, step: Step) -> str:
        meta = self.object._meta
        return reverse(
            f"{self.request.resolver_match.namespace}:{meta.model_name}_step",  # type: ignore[union-attr]
            args=[self.object.pk, step.name],
        )

    def get_history(self) -> Sequence[TrailEntry]:
        return list(history_of(self.object)[:50])

    def get_extra(self) -> dict[str, Any]:
        return {}


class FormPage(Page, base=True):
    """A form whose input a service carries out; errors stand beside their fields."""

    template_name = "web/form.html"
    form_class: ClassVar[type[forms.BaseForm]]
    submit_label: ClassVar[str] = "保存"
    help_text: ClassVar[str] = ""
    success_message: ClassVar[str] = ""
    #: What somebody else saved while this form was open, by label.
    saved_meanwhile: Mapping[str, str] = MappingProxyType({})

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.get_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (earlier := _carried_out(self.request)) is not None:
            messages.info(request, "刚才已经提交成功，没有重复办理。")
            return HttpResponseRedirect(earlier)
        form = self.get_form(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            with transaction.atomic():
                result = self.perform(form)
                url = self.get_success_url(result)
                _remember(self.request, url)
        except FieldErrors as error:
            for field, texts in error.errors.items():
                for text in texts:
                    form.add_error(field if field in form.fields else None, text)
            if isinstance(error, Outdated):
                # Having seen both, one saves over what was seen and nothing newer.
                typed: Any = form.data
                form.data = typed = typed.copy()
                typed["revision"] = str(error.revision)
                self.saved_meanwhile = error.saved
            return self.show(form, status=422)
        except StateConflict:
            raise
        except DomainError as error:
            form.add_error(None, error.message)
            return self.show(form, status=self.status_of(error))
        if self.success_message:
            self.say(self.success_message)
        return HttpResponseRedirect(url)

    def show(self, form: forms.BaseForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "submit_label": self.submit_label,
            "help_text": self.help_text,
            "cancel_url": self.get_cancel_url(),
            "once_key": self.request.POST.get("once_key") or uuid.uuid4(),
            "saved_meanwhile": self.saved_meanwhile,
        }
        return self.render({**context, **self.get_extra()}, status=status)

    def get_form(self, data: Any = None, files: Any = None) -> forms.BaseForm:
        return self.form_class(data, files, **self.get_form_kwargs())

    def get_form_kwargs(self) -> dict[str, Any]:
        return {}

    def perform(self, form: forms.BaseForm) -> Any:
        """Call the service with ``form.cleaned_data`` and return its record."""
        raise NotImplementedError

    def get_success_url(self, result: Any) -> str:
        return str(result.get_absolute_url())

    def get_cancel_url(self) -> str:
        return ""

    def get_extra(self) -> dict[str, Any]:
        return {}


class ReasonForm(forms.Form):
    """Reason of a step; asked for where the lifecycle says so."""

    reason = forms.CharField(
        label="理由", widget=forms.Textarea(attrs={"rows": 3}), max_length=1000, required=False
    )

    def __init__(self, *args: Any, needs_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        self.fields["reason"].error_messages["required"] = "请填写理由，对方会看到这段话。"
        if not needs_reason:
            self.fields["reason"].label = "说明（可不填）"


class StepPage(RecordsMixin, FormPage, base=True):
    """One step of a lifecycle: says what will happen, asks a reason where needed."""

    template_name = "web/step.html"
    form_class = ReasonForm
    #: step name → service(record, *, actor, reason)
    services: ClassVar[Mapping[str, Any]] = {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["step"] not in self.services:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @property
    def step(self) -> Step:
        step: Step = self.queryset.model.lifecycle[self.kwargs["step"]]
        return step

    def get_heading(self) -> str:
        return self.step.label

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"needs_reason": self.step.needs_reason}

    def perform(self, form: Any) -> Any:
        service = type(self).services[self.step.name]
        return service(self.get_object(), actor=self.actor, reason=form.cleaned_data["reason"])

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        self.submit = self.step.label
        return {"object": self.get_object(), "step": self.step, "submit_label": self.step.label}


class ConfirmPage(FormPage, base=True):
    """A question with one button; used where no field is asked."""

    template_name = "web/confirm.html"
    form_class = forms.Form
    submit_label = "确定"


def _form_key(request: ActorRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("once_key", ""))
    except ValueError:
        return None


def _carried_out(request: ActorRequest) -> str | None:
    """Address that the first submission of this rendered form led to."""
    key = _form_key(request)
    if key is None:
        return None
    sent = SubmittedForm.objects.filter(key=key, user_id=request.actor.user_id or 0).first()
    return None if sent is None else sent.url


def _remember(request: ActorRequest, url: str) -> None:
    key = _form_key(request)
    if key is not None and request.actor.user_id is not None:
        # A twin request waits here on the unique key and then fails with a conflict.
        _, created = SubmittedForm.objects.get_or_create(
            key=key, user_id=request.actor.user_id, defaults={"url": url}
        )
        if not created:
            raise StateConflict("这张表单刚才已经提交，没有重复办理。")
