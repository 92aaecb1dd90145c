"""Writes of the hierarchy: tenants, units, organizations, posts and terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Concat, Substr
from pypinyin import Style, lazy_pinyin

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import PATH_STEP, Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from gongjian.foundation.tenancy.scope import require_tenant_id, tenant_scope
from orgs.authority import MANAGE_POST, MANAGE_UNIT
from orgs.enums import Level
from orgs.models import Appointment, Membership, Organization, Post, Tenant, Unit, User
from orgs.queries import system_actor

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
#: A level holds 36⁴ siblings.
_SIBLINGS = 36**PATH_STEP
_UNIT_FIELDS = (
    "code",
    "name",
    "level",
    "category",
    "sort_order",
    "principal_name",
    "worker_count",
    "member_count",
    "party_member_count",
    "enterprise_count",
    "opened_on",
)


def path_step(ordinal: int) -> str:
    """The four base-36 characters of the n-th sibling."""
    if not 0 <= ordinal < _SIBLINGS:
        raise DomainError("同一上级下的单位太多，请先增加一级再添加。")
    text = ""
    for _ in range(PATH_STEP):
        ordinal, digit = divmod(ordinal, 36)
        text = _ALPHABET[digit] + text
    return text


def pinyin_key(name: str) -> str:
    """Initials and full spelling, so that ``qhx`` and ``qinghe`` both find 清河县."""
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return f"{initials} {''.join(lazy_pinyin(name))}".lower()[:300]


def lock_tree() -> None:
    """Let only one transaction at a time change the shape of this tenant's tree."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [7301, require_tenant_id()])


def _demand(actor: Actor, permission: str, at: Unit | None, act: str) -> None:
    if not actor.may(permission, at=at):
        raise NotPermitted(f"当前职务无权{act}，请切换职务或联系系统管理员。")


@transaction.atomic
def create_tenant(
    *,
    name: str,
    code: str,
    leading_group: str,
    document_mark: str,
    root_level: str = Level.PREFECTURE,
) -> Tenant:
    """Create a tenant with its root unit; the platform operator's one act."""
    tenant = Tenant.objects.create(
        name=name, code=code, leading_group=leading_group, document_mark=document_mark
    )
    with tenant_scope(tenant.pk):
        actor = system_actor(tenant)
        record("orgs.tenant.created", tenant, actor=actor, label="建立地区")
        create_unit(
            actor=actor, parent=None, values={"code": code, "name": name, "level": root_level}
        )
    return tenant


@transaction.atomic
def create_unit(*, actor: Actor, parent: Unit | None, values: Mapping[str, Any]) -> Unit:
    """Add a unit below ``parent``; the tenant's first unit has none."""
    _demand(actor, MANAGE_UNIT, parent, "新增单位")
    lock_tree()
    if parent is None and Unit.objects.filter(parent__isnull=True).exists():
        raise FieldErrors({"parent": "本地区已有最高一级单位，请选择上级单位。"})
    if parent is not None:
        parent = Unit.objects.select_for_update(of=("self",)).get(pk=parent.pk)
        if not parent.is_open:
            raise FieldErrors({"parent": f"“{parent}”已撤销，请另选上级单位。"})
    unit = Unit(
        **{name: values[name] for name in _UNIT_FIELDS if name in values},
        parent=parent,
        path=_next_path(parent),
        depth=parent.depth + 1 if parent else 1,
        pinyin=pinyin_key(values["name"]),
    )
    unit.full_clean(exclude=["tenant"])
    unit.save()
    if parent is not None:
        Unit.objects.filter(pk=parent.pk).update(child_count=F("child_count") + 1)
    record("orgs.unit.created", unit, actor=actor, label="新增单位", after={"code": unit.code})
    return unit


def _next_path(parent: Unit | None) -> str:
    siblings = Unit.objects.filter(parent=parent) if parent else Unit.objects.filter(parent=None)
    last = siblings.aggregate(last=Max("path"))["last"]
    ordinal = int(last[-PATH_STEP:], 36) + 1 if last else 1
    return (parent.path if parent else "") + path_step(ordinal)


@transaction.atomic
def edit_unit(unit: Unit, *, actor: Actor, values: Mapping[str, Any]) -> Unit:
    """Change names and measures of a unit; its place is changed by ``move_unit``."""
    _demand(actor, MANAGE_UNIT, unit, "修改单位")
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    before = {name: getattr(unit, name) for name in _UNIT_FIELDS}
    for name in _UNIT_FIELDS:
        if name in values:
            setattr(unit, name, values[name])
    unit.pinyin = pinyin_key(unit.name)
    unit.full_clean(exclude=["tenant"])
    unit.save()
    after = {name: getattr(unit, name) for name in _UNIT_FIELDS}
    record("orgs.unit.edited", unit, actor=actor, label="修改单位", before=before, after=after)
    return unit


@transaction.atomic
def move_unit(unit: Unit, *, actor: Actor, parent: Unit) -> Unit:
    """Hang a unit with all below it under another one; codes and history stay."""
    _demand(actor, MANAGE_UNIT, unit, "调整隶属")
    _demand(actor, MANAGE_UNIT, parent, "调整隶属")
    lock_tree()
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    parent = Unit.objects.select_for_update(of=("self",)).get(pk=parent.pk)
    if parent.path.startswith(unit.path):
        raise FieldErrors({"parent": "不能移到自己或自己的下级之下，请另选上级单位。"})
    if parent.pk == unit.parent_id:
        return unit
    old_path, old_parent = unit.path, unit.parent_id
    new_path, shift = _next_path(parent), parent.depth + 1 - unit.depth
    Unit.objects.filter(path__under=old_path).update(
        path=Concat(Value(new_path), Substr("path", len(old_path) + 1)),
        depth=F("depth") + shift,
    )
    Unit.objects.filter(pk=unit.pk).update(parent=parent)
    Unit.objects.filter(pk=old_parent).update(child_count=F("child_count") - 1)
    Unit.objects.filter(pk=parent.pk).update(child_count=F("child_count") + 1)
    unit.refresh_from_db()
    record(
        "orgs.unit.moved",
        unit,
        actor=actor,
        label="调整隶属",
        before={"parent": old_parent},
        after={"parent": parent.pk},
    )
    return unit


@transaction.atomic
def close_unit(unit: Unit, *, actor: Actor, closed_on: date, reason: str) -> Unit:
    """Close a unit from a day on (撤销); what it filed stays where it is."""
    _demand(actor, MANAGE_UNIT, unit, "撤销单位")
    lock_tree()
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if not unit.is_open:
        raise DomainError(f"“{unit}”已于{unit.closed_on}撤销，不必重复办理。")
    if Unit.objects.filter(parent=unit, closed_on__isnull=True).exists():
        raise DomainError("还有下级单位，请先调整或撤销下级单位。")
    if not reason.strip():
        raise FieldErrors({"reason": "请填写撤销理由。"})
    unit.closed_on = closed_on
    unit.save(update_fields=["closed_on"])
    Unit.objects.filter(pk=unit.parent_id).update(child_count=F("child_count") - 1)
    record("orgs.unit.closed", unit, actor=actor, label="撤销单位", reason=reason)
    return unit


@transaction.atomic
def found_organization(
    unit: Unit,
    *,
    actor: Actor,
    line: str,
    kind: str,
    name: str,
    superior: Organization | None = None,
    founded_on: date | None = None,
) -> Organization:
    """Enter the Party or union organization of a unit; each line has one at most."""
    _demand(actor, MANAGE_UNIT, unit, "登记组织")
    organization = Organization(
        unit=unit, line=line, kind=kind, name=name, superior=superior, founded_on=founded_on
    )
    organization.full_clean(exclude=["tenant"])
    organization.save()
    record("orgs.organization.founded", organization, actor=actor, label="登记组织")
    return organization


@transaction.atomic
def create_post(
    unit: Unit, *, actor: Actor, title: str, role: str, line: str = "", is_principal: bool = False
) -> Post:
    """Set up a post at a unit."""
    _demand(actor, MANAGE_POST, unit, "设置职务")
    post = Post(unit=unit, title=title, role=role, line=line, is_principal=is_principal)
    post.full_clean(exclude=["tenant"])
    post.save()
    record("orgs.post.created", post, actor=actor, label="设置职务", after={"role": role})
    return post


@transaction.atomic
def appoint(post: Post, *, actor: Actor, user: User, starts_on: date | None = None) -> Appointment:
    """Give a person the post from a day on, and entrance to the tenant with it."""
    _demand(actor, MANAGE_POST, post.unit, "办理任职")
    term = Appointment(post=post, user=user, starts_on=starts_on or today())
    term.full_clean(exclude=["tenant"])
    term.save()
    Membership.objects.get_or_create(user=user, tenant_id=require_tenant_id())
    if post.is_principal:
        Unit.objects.filter(pk=post.unit_id).update(principal_name=user.person_name)
    record("orgs.appointment.made", term, actor=actor, label="办理任职")
    return term


@transaction.atomic
def end_appointment(term: Appointment, *, actor: Actor, ends_on: date | None = None) -> Appointment:
    """End a term; from the day after ``ends_on`` the person acts for the post no more."""
    _demand(actor, MANAGE_POST, term.post.unit, "办理卸任")
    term = Appointment.objects.select_for_update(of=("self",)).get(pk=term.pk)
    if term.ends_on is not None and term.ends_on < today():
        raise DomainError("这段任职已经结束，不必重复办理。")
    term.ends_on = ends_on or today() - timedelta(days=1)
    term.full_clean(exclude=["tenant"])
    term.save(update_fields=["ends_on"])
    record("orgs.appointment.ended", term, actor=actor, label="办理卸任")
    return term


def open_account(*, username: str, person_name: str, password: str, email: str = "") -> User:
    """Make a sign-in account; it may enter nothing until it is appointed."""
    return User.objects.create_user(
        username=username, password=password, person_name=person_name, email=email
    )
