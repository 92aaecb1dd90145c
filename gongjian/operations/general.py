"""Invariants of every table: nothing is torn, nothing points out of its tenant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import Exists, ForeignKey, OuterRef
from django.utils import timezone

from gongjian.commons.notices.shelf import ReminderRule, reminder_rules
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.invariants import Invariant, invariants
from gongjian.foundation.tenancy.models import OutboxMessage, TenantOwned
from gongjian.foundation.web.models import SubmittedForm
from gongjian.foundation.workflow.lifecycle import Stateful
from gongjian.operations.verification import RULE

#: A message older than this was left behind by a relay that stands still.
OLDEST_MESSAGE = timedelta(minutes=10)


def _tables(kind: type[Any] = TenantOwned) -> Iterator[Any]:
    for model in apps.get_models():
        if issubclass(model, TenantOwned) and issubclass(model, kind):
            yield model


def answers_kept() -> Iterable[str]:
    """I1: a form that was carried out knows where it led."""
    for form in SubmittedForm.objects.filter(url=""):
        yield f"表单 {form.key} 已办理，但没有记下结果"


def messages_on_their_way() -> Iterable[str]:
    """I5: what a transaction asked for has left, or is young."""
    late = OutboxMessage.objects.filter(
        sent_at=None, created_at__lt=timezone.now() - OLDEST_MESSAGE
    )
    for message in late.order_by("pk"):
        yield f"{message.created_at:%m-%d %H:%M} 的后台任务 {message} 还没有发出"


def states_known() -> Iterable[str]:
    """I9: every record is in a state that its life knows."""
    for model in _tables(Stateful):
        steps = model.lifecycle.steps.values()
        known = {model._meta.get_field("state").get_default()}
        known |= {state for step in steps for state in (*step.sources, step.target)}
        for row in model._default_manager.exclude(state__in=known).order_by("pk"):
            yield f"{model._meta.verbose_name} {row.pk} 处于不存在的状态“{row.state}”"


def acts_recorded() -> Iterable[str]:
    """I4: what has moved on from its first state has its trail."""
    for model in _tables(Stateful):
        first = model._meta.get_field("state").get_default()
        trail = TrailEntry.objects.filter(
            subject_kind=model._meta.label_lower, subject_id=OuterRef("pk")
        )
        moved = model._default_manager.exclude(state=first).filter(~Exists(trail))
        for row in moved.order_by("pk"):
            yield f"{model._meta.verbose_name} {row.pk} 没有操作记录"


def references_within() -> Iterable[str]:
    """I11: a row points to rows of its own tenant: any other cannot be seen from here."""
    for model in _tables():
        for field in model._meta.concrete_fields:
            if not isinstance(field, ForeignKey) or field.name == "tenant":
                continue
            target: Any = field.related_model
            if not issubclass(target, TenantOwned):
                continue
            seen = target._default_manager.filter(pk=OuterRef(field.attname))
            lost = model._default_manager.exclude(**{field.name: None}).filter(~Exists(seen))
            for pk in lost.order_by("pk").values_list("pk", flat=True):
                yield f"{model._meta.db_table} {pk} 的 {field.attname} 指向本地区之外"


for _key, _sentence, _find in (
    ("1 answers", "办理过的表单都记有结果", answers_kept),
    ("4 trail", "改变过状态的事项都有操作记录", acts_recorded),
    ("9 states", "每件事项都处于流程中的状态", states_known),
    ("11 tenants", "每条记录只引用本地区的记录", references_within),
):
    invariants.register(Invariant(_key, _sentence, _find))
invariants.register(
    Invariant("5 outbox", "后台任务都已发出", messages_on_their_way, is_global=True)
)

#: Told by the nightly task; the rule only names it on the page of rules.
reminder_rules.register(ReminderRule(RULE, "夜间数据核对", lambda day: ()))
