"""The units and people of the demo, made by the services of ``orgs``."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from zlib import crc32

from gongjian.demo.places import Place, person_name
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.enums import Level, Line, OrganizationKind, Role
from orgs.models import Organization, Tenant, Unit, User
from orgs.queries import actor_of, current_appointments, root_unit, system_actor
from orgs.services import (
    appoint,
    create_post,
    create_tenant,
    create_unit,
    edit_unit,
    found_organization,
    open_account,
)

PASSWORD = "Gongjian-2026"  # noqa: S105 -- the demo's password stands in the README


@dataclass(frozen=True, slots=True)
class Account:
    """A named account of the tour."""

    username: str
    person_name: str
    title: str
    role: str
    #: Name of the unit within 示范市.
    unit: str
    does: str


#: The cast; the README prints the same table.
CAST: tuple[Account, ...] = (
    Account("office", "陈静", "办公室经办", Role.OFFICE, "示范市", "定目标、开季度、出公文"),
    Account("leader", "李明远", "组长", Role.LEADER, "示范市", "审定方案、考核和表扬名单"),
    Account("county", "周海燕", "党工共建办主任", Role.SUPERIOR_OFFICE, "清河县", "分解、审核"),
    Account("township", "吴建国", "党建办主任", Role.SUPERIOR_OFFICE, "东风镇", "审核季报"),
    Account("secretary", "赵春梅", "党支部书记", Role.SECRETARY, "红旗村", "确认目标、填报季报"),
    Account("chair", "孙国强", "工会主席", Role.UNION_CHAIR, "红旗村", "协助填报"),
    Account("admin", "方凯", "系统管理员", Role.TENANT_ADMINISTRATOR, "示范市", "单位、账号、职务"),
    Account("security", "孔洁", "安全管理员", Role.SECURITY_ADMINISTRATOR, "示范市", "角色权限"),
    Account("auditor", "齐敏", "审计管理员", Role.AUDITOR, "示范市", "查看操作记录"),
    Account("viewer", "宋涛", "分管领导", Role.VIEWER, "示范市", "只看工作台和汇总"),
    Account("expert", "许静", "特邀评委", Role.EXPERT, "示范市", "匿名评审论文"),
)
#: The second tenant's one account and the platform operator.
STRANGER = Account("yuanshan", "何远", "办公室经办", Role.OFFICE, "远山市", "另一地区，互不可见")
OPERATOR = "operator"

_ORGANIZATIONS = {
    Level.PREFECTURE: (
        ("委员会", OrganizationKind.PARTY_COMMITTEE),
        ("总工会", OrganizationKind.UNION_FEDERATION),
    ),
    Level.COUNTY: (
        ("委员会", OrganizationKind.PARTY_COMMITTEE),
        ("总工会", OrganizationKind.UNION_FEDERATION),
    ),
    Level.TOWNSHIP: (
        ("党委", OrganizationKind.PARTY_COMMITTEE),
        ("工会联合会", OrganizationKind.UNION_ASSOCIATION),
    ),
    Level.GRASSROOTS: (
        ("党支部", OrganizationKind.PARTY_BRANCH),
        ("工会委员会", OrganizationKind.GRASSROOTS_UNION),
    ),
}


def build_tenant(place: Place, *, code: str, mark: str, chance: random.Random) -> Tenant:
    """Create a tenant with its whole tree, organizations, posts and accounts."""
    tenant = create_tenant(
        name=place.name,
        code=code,
        leading_group=f"{place.name}党建带工建工作领导小组",
        document_mark=mark,
        root_level=place.level,
    )
    with tenant_scope(tenant.pk):
        actor = system_actor(tenant)
        root = root_unit()
        if root is None:
            raise LookupError("a new tenant has its root unit")
        edit_unit(root, actor=actor, values=_measures(place, chance))
        _fill(root, place, actor=actor, chance=chance, superiors={})
    return tenant


def _measures(place: Place, chance: random.Random) -> dict[str, int]:
    return {
        "worker_count": place.workers,
        "member_count": int(place.workers * chance.uniform(0.6, 0.95)),
        "party_member_count": int(place.workers * chance.uniform(0.08, 0.2)),
        "enterprise_count": sum(spot.category.endswith("enterprise") for spot in place.walk()),
    }


def _fill(
    unit: Unit,
    place: Place,
    *,
    actor: Actor,
    chance: random.Random,
    superiors: dict[str, Organization],
) -> None:
    founded = _found(unit, place, actor=actor, chance=chance, superiors=superiors)
    _staff(unit, place, actor=actor, chance=chance)
    for below in place.below:
        values = {
            "code": below.code,
            "name": below.name,
            "level": below.level,
            "category": below.category,
            **_measures(below, chance),
        }
        child = create_unit(actor=actor, parent=unit, values=values)
        _fill(child, below, actor=actor, chance=chance, superiors={**superiors, **founded})


def _found(
    unit: Unit,
    place: Place,
    *,
    actor: Actor,
    chance: random.Random,
    superiors: dict[str, Organization],
) -> dict[str, Organization]:
    """Found both organizations, except in one enterprise of three (有待组建)."""
    party, union = _ORGANIZATIONS[Level(place.level)]
    lacks_union = place.category.endswith("enterprise") and chance.random() < 0.33
    found: dict[str, Organization] = {}
    for line, (suffix, kind) in ((Line.PARTY, party), (Line.UNION, union)):
        if line == Line.UNION and lacks_union:
            continue
        name = f"中共{unit.name}{suffix}" if line == Line.PARTY else f"{unit.name}{suffix}"
        found[line] = found_organization(
            unit,
            actor=actor,
            line=line,
            kind=kind,
            name=name,
            superior=superiors.get(line),
            founded_on=date(chance.randint(2009, 2024), chance.randint(1, 12), 15),
        )
    return found


def _staff(unit: Unit, place: Place, *, actor: Actor, chance: random.Random) -> None:
    """Give each unit the post that answers for it; the cast holds its own."""
    cast = [account for account in (*CAST, STRANGER) if account.unit == unit.name]
    for account in cast:
        _seat(unit, account, actor=actor)
    if any(account.role in {Role.SECRETARY, Role.SUPERIOR_OFFICE} for account in cast):
        return
    if place.level == Level.PREFECTURE:
        return
    is_base = place.level == Level.GRASSROOTS
    account = Account(
        username=f"u{place.code}",
        person_name=person_name(chance),
        title="党支部书记" if is_base else "党工共建办主任",
        role=Role.SECRETARY if is_base else Role.SUPERIOR_OFFICE,
        unit=unit.name,
        does="",
    )
    _seat(unit, account, actor=actor)


def _seat(unit: Unit, account: Account, *, actor: Actor) -> None:
    user = open_account(
        username=account.username,
        person_name=account.person_name,
        password=PASSWORD,
        email=f"{account.username}@gongjian.invalid",
        # No district has this code; the phone list for 催办 wants a number all the same.
        work_phone=f"000-555{crc32(account.username.encode()) % 10_000:04d}",
    )
    line = {Role.SECRETARY: Line.PARTY, Role.UNION_CHAIR: Line.UNION}.get(Role(account.role), "")
    post = create_post(
        unit,
        actor=actor,
        title=account.title,
        role=account.role,
        line=line,
        is_principal=account.role in {Role.SECRETARY, Role.SUPERIOR_OFFICE, Role.LEADER},
    )
    appoint(post, actor=actor, user=user, starts_on=date(2025, 1, 1))


def open_operator() -> User:
    """The platform operator, who creates tenants and sees no tenant's data."""
    operator = open_account(username=OPERATOR, person_name="平台运维", password=PASSWORD)
    operator.is_staff = operator.is_superuser = True
    operator.save(update_fields=["is_staff", "is_superuser"])
    return operator


def actors_by_unit(tenant: Tenant, roles: tuple[str, ...]) -> dict[int, Actor]:
    """One actor for each unit among the posts of these roles."""
    terms = current_appointments().filter(post__role__in=roles)
    return {term.post.unit_id: actor_of(term, tenant) for term in terms}


def actor_named(tenant: Tenant, username: str) -> Actor:
    """The acting post of an account of the cast."""
    return actor_of(current_appointments().get(user__username=username), tenant)
