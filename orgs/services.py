"""Writes of the hierarchy: tenants, units, organizations, posts and terms."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection, transaction
from django.db.models import F, Max, Model, Value
from django.db.models.functions import Concat, Substr
from pypinyin import Style, lazy_pinyin

from gongjian.foundation.audit.trail import record
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.actor import PATH_STEP, Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from gongjian.foundation.tenancy.scope import require_tenant_id, tenant_scope
from orgs.authority import MANAGE_CALENDAR, MANAGE_POST, MANAGE_UNIT
from orgs.enums import ADMINISTRATORS, Level, Role, may_stand_below
from orgs.handover_services import join_as_successor, open_for_leaving
from orgs.models import Appointment, Membership, Organization, Post, Tenant, Unit, User
from orgs.places import place_memories
from orgs.queries import root_unit, system_actor

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
_ORGANIZATION_FIELDS = ("kind", "name", "superior", "founded_on", "approval_number", "term_ends_on")
#: Without letters and digits that are mistaken for each other when read from paper.
_PASSWORD_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 -- an alphabet


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


def demand_valid(record: Model, *, exclude: Iterable[str] = ()) -> None:
    """Check a record whole; what is wrong stands beside its field."""
    try:
        record.full_clean(exclude=["tenant", *exclude], validate_constraints=False)
        # Every unique key names the tenant; excluding it would skip them all.
        record.validate_constraints(exclude=set(exclude))
    except ValidationError as error:
        found = {
            "" if name == NON_FIELD_ERRORS else name: texts
            for name, texts in error.message_dict.items()
        }
        raise FieldErrors(found) from error


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
        _demand_level(values["level"], parent)
    unit = Unit(
        **{name: values[name] for name in _UNIT_FIELDS if name in values},
        parent=parent,
        path=_next_path(parent),
        depth=parent.depth + 1 if parent else 1,
        pinyin=pinyin_key(values["name"]),
    )
    demand_valid(unit)
    unit.save()
    if parent is not None:
        Unit.objects.filter(pk=parent.pk).update(child_count=F("child_count") + 1)
    record("orgs.unit.created", unit, actor=actor, label="新增单位", after={"code": unit.code})
    return unit


def _demand_level(level: str, parent: Unit) -> None:
    if not may_stand_below(level, parent.level):
        message = f"须低于上级“{parent}”的层级（{Level(parent.level).label}），请另选。"
        raise FieldErrors({"level": message})


def _next_path(parent: Unit | None) -> str:
    siblings = Unit.objects.filter(parent=parent) if parent else Unit.objects.filter(parent=None)
    last = siblings.aggregate(last=Max("path"))["last"] or ""
    if parent is not None:
        # A path that the past remembers belongs to the unit that stood there.
        remembered = [memory.last_child(parent.path) for memory in place_memories]
        last = max([last, *remembered])
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
    if unit.level != before["level"]:
        if unit.parent is not None:
            _demand_level(unit.level, unit.parent)
        for child in Unit.objects.filter(parent=unit, closed_on__isnull=True):
            if not may_stand_below(child.level, unit.level):
                raise FieldErrors({"level": f"还有下级“{child}”，不能改为这个层级。"})
    unit.pinyin = pinyin_key(unit.name)
    demand_valid(unit)
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
    if not (unit.is_open and parent.is_open):
        raise FieldErrors({"parent": "已撤销的单位不能调整隶属，也不能接收下级，请另选。"})
    if not may_stand_below(unit.level, parent.level):
        raise FieldErrors({"parent": f"“{parent}”的层级不比“{unit}”高，请另选上级单位。"})
    if parent.pk == unit.parent_id:
        return unit
    old_path, old_parent = unit.path, unit.parent_id
    new_path, shift = _next_path(parent), parent.depth + 1 - unit.depth
    Unit.objects.filter(path__under=old_path).update(
        path=Concat(Value(new_path), Substr("path", len(old_path) + 1)),
        depth=F("depth") + shift,
    )
    Unit.objects.filter(pk=unit.pk).update(parent=parent)
    Unit.objects.filter(pk=old_parent or 0).update(child_count=F("child_count") - 1)
    Unit.objects.filter(pk=parent.pk).update(child_count=F("child_count") + 1)
    for memory in place_memories:
        memory.moved(old_path, new_path)
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
    Unit.objects.filter(pk=unit.parent_id or 0).update(child_count=F("child_count") - 1)
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
    demand_valid(organization)
    organization.save()
    record("orgs.organization.founded", organization, actor=actor, label="登记组织")
    return organization


@transaction.atomic
def edit_organization(
    organization: Organization, *, actor: Actor, values: Mapping[str, Any]
) -> Organization:
    """Change what is registered of an organization; its unit and line never change."""
    _demand(actor, MANAGE_UNIT, organization.unit, "修改组织")
    organization = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    before = _plain_values(organization, _ORGANIZATION_FIELDS)
    for name in _ORGANIZATION_FIELDS:
        if name in values:
            setattr(organization, name, values[name])
    superior = organization.superior
    if superior is not None and (
        superior.pk == organization.pk or superior.line != organization.line
    ):
        raise FieldErrors({"superior": "上级组织须是同一条线上的另一个组织，请另选。"})
    demand_valid(organization)
    organization.save()
    record(
        "orgs.organization.edited",
        organization,
        actor=actor,
        label="修改组织",
        before=before,
        after=_plain_values(organization, _ORGANIZATION_FIELDS),
    )
    return organization


def _plain_values(subject: Model, names: Iterable[str]) -> dict[str, Any]:
    """Field values for the trail; records by their name."""
    values = {name: getattr(subject, name) for name in names}
    return {
        name: str(value) if isinstance(value, Model) else value for name, value in values.items()
    }


@transaction.atomic
def create_post(
    unit: Unit, *, actor: Actor, title: str, role: str, line: str = "", is_principal: bool = False
) -> Post:
    """Set up a post at a unit."""
    _demand(actor, MANAGE_POST, unit, "设置职务")
    post = Post(unit=unit, title=title, role=role, line=line, is_principal=is_principal)
    demand_valid(post)
    post.save()
    record("orgs.post.created", post, actor=actor, label="设置职务", after={"role": role})
    return post


@transaction.atomic
def appoint(post: Post, *, actor: Actor, user: User, starts_on: date | None = None) -> Appointment:
    """Give a person the post from a day on, and entrance to the tenant with it."""
    _demand(actor, MANAGE_POST, post.unit, "办理任职")
    term = Appointment(post=post, user=user, starts_on=starts_on or today())
    demand_valid(term)
    _demand_apart(term)
    term.save()
    Membership.objects.get_or_create(user=user, tenant_id=require_tenant_id())
    if post.is_principal:
        Unit.objects.filter(pk=post.unit_id).update(principal_name=user.person_name)
    record("orgs.appointment.made", term, actor=actor, label="办理任职")
    join_as_successor(term, actor=actor)
    return term


def _demand_apart(term: Appointment) -> None:
    """三员分立, in words; the database refuses what two such requests do at once."""
    if term.post.role not in ADMINISTRATORS:
        return
    others = Appointment.objects.filter(
        user=term.user, post__role__in=ADMINISTRATORS - {term.post.role}
    ).exclude(ends_on__lt=term.starts_on)
    if other := others.select_related("post").first():
        raise DomainError(
            f"{term.user}已担任{other.post.get_role_display()}。系统管理员、安全管理员、审计管理员"
            "须由不同的人担任，请另选人员，或先办理卸任。"
        )


@dataclass(frozen=True, slots=True)
class NewHolder:
    """A term of a new account with its first password, which is stored nowhere."""

    term: Appointment
    password: str


@transaction.atomic
def appoint_new_person(
    post: Post,
    *,
    actor: Actor,
    username: str,
    person_name: str,
    work_phone: str = "",
    starts_on: date | None = None,
) -> NewHolder:
    """Open an account and give it the post; the password is shown once and never again."""
    _demand(actor, MANAGE_POST, post.unit, "办理任职")
    password = first_password()
    user = User(
        username=username,
        person_name=person_name,
        work_phone=work_phone,
        password_is_temporary=True,
    )
    user.set_password(password)
    demand_valid(user)
    user.save()
    term = appoint(post, actor=actor, user=user, starts_on=starts_on)
    return NewHolder(term, password)


@transaction.atomic
def reset_password(user: User, *, actor: Actor, post: Post) -> str:
    """Give the holder of a post a new first password and end their sessions."""
    _demand(actor, MANAGE_POST, post.unit, "重置密码")
    if not Appointment.objects.filter(post=post, user=user).exists():
        raise DomainError("此人没有担任过这个职务，请从其职务进入。")
    if Membership.objects.filter(user=user).exclude(tenant_id=require_tenant_id()).exists():
        raise DomainError("此人还在其他地区任职，请联系平台运维重置密码。")
    password = first_password()
    user.set_password(password)
    user.password_is_temporary = True
    user.save(update_fields=["password", "password_is_temporary"])
    record("orgs.user.password_reset", user, actor=actor, label="重置密码")
    return password


def first_password() -> str:
    """Sixteen signs in groups of four, easy to hand over on paper."""
    signs = "".join(secrets.choice(_PASSWORD_SIGNS) for _ in range(16))
    return "-".join(signs[start : start + 4] for start in range(0, 16, 4))


@transaction.atomic
def seat_first_administrator(tenant: Tenant, *, username: str, person_name: str) -> NewHolder:
    """Give a new tenant its administrator, who then seats everybody else.

    The platform operator sees no tenant's data, so this may be done only
    while the tenant has no post at all.
    """
    with tenant_scope(tenant.pk):
        root = root_unit()
        if root is None or Post.objects.exists():
            raise DomainError("这个地区已经有职务，请由该地区的系统管理员办理任职。")
        actor = system_actor(tenant)
        post = create_post(root, actor=actor, title="系统管理员", role=Role.TENANT_ADMINISTRATOR)
        return appoint_new_person(post, actor=actor, username=username, person_name=person_name)


@transaction.atomic
def end_appointment(term: Appointment, *, actor: Actor, ends_on: date | None = None) -> Appointment:
    """End a term; from the day after ``ends_on`` the person acts for the post no more."""
    _demand(actor, MANAGE_POST, term.post.unit, "办理卸任")
    term = Appointment.objects.select_for_update(of=("self",)).get(pk=term.pk)
    if term.ends_on is not None and term.ends_on < today():
        raise DomainError("这段任职已经结束，不必重复办理。")
    before = {"ends_on": term.ends_on}
    term.ends_on = ends_on or max(today() - timedelta(days=1), term.starts_on)
    demand_valid(term)
    term.save(update_fields=["ends_on"])
    if term.post.is_principal and term.ends_on < today():
        name = term.user.person_name
        units = Unit.objects.filter(pk=term.post.unit_id, principal_name=name)
        units.update(principal_name="")
    record(
        "orgs.appointment.ended",
        term,
        actor=actor,
        label="办理卸任",
        before=before,
        after={"ends_on": term.ends_on},
    )
    open_for_leaving(term, actor=actor)
    return term


def open_account(
    *, username: str, person_name: str, password: str, email: str = "", work_phone: str = ""
) -> User:
    """Make a sign-in account; it may enter nothing until it is appointed."""
    return User.objects.create_user(
        username=username,
        password=password,
        person_name=person_name,
        email=email,
        work_phone=work_phone,
    )


@transaction.atomic
def change_filing_window(
    period: Period, *, actor: Actor, opens_on: date, due_on: date, reason: str
) -> Period:
    """Move the filing window of a period; what is already due by a unit's own date stays."""
    if not actor.may(MANAGE_CALENDAR):
        raise NotPermitted("当前职务无权调整期间，请切换职务或联系系统管理员。")
    period = Period.objects.select_for_update(of=("self",)).get(pk=period.pk)
    if not reason.strip():
        raise FieldErrors({"reason": "请填写调整理由，填报单位会看到。"})
    names = ("opens_on", "due_on")
    before = _plain_values(period, names)
    period.opens_on, period.due_on = opens_on, due_on
    if due_on < opens_on:
        raise FieldErrors({"due_on": "填报截止日不能早于开始填报日，请更正。"})
    demand_valid(period)
    period.save(update_fields=list(names))
    record(
        "orgs.period.window_changed",
        period,
        actor=actor,
        label="调整填报期限",
        before=before,
        after=_plain_values(period, names),
        reason=reason.strip(),
    )
    return period
