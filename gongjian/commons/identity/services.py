"""Writes of identity: rules of sign-in, invitations, tokens, support."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongjian.commons.identity.authority import INVITE, RESET_FACTOR, SET_RULES, USE_TOKEN
from gongjian.commons.identity.keys import Key
from gongjian.commons.identity.models import (
    AccessToken,
    Invitation,
    SignInRules,
    SupportAccess,
)
from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from gongjian.foundation.tenancy.scope import require_tenant_id, tenant_scope
from gongjian.foundation.tenancy.turns import take_turns
from orgs.enums import ADMINISTRATORS
from orgs.models import Appointment, Membership, Post, Tenant, User
from orgs.queries import system_actor
from orgs.services import appoint, demand_valid

LONGEST_INVITATION = 14
LONGEST_TOKEN = 365
LONGEST_SUPPORT = 4
UNUSABLE = "这个邀请链接无效：可能已经用过、已过期或已撤回。请联系发出邀请的管理员重新邀请。"


@transaction.atomic
def set_rules(
    *, actor: Actor, profile: str, idle_minutes: int, longest_hours: int, words: str
) -> SignInRules:
    """Choose how the people of this tenant sign in; it holds from each one's next sign-in."""
    if not actor.may(SET_RULES):
        raise NotPermitted("当前职务无权设置登录规则，请联系安全管理员。")
    take_turns("identity.rules")
    rules = SignInRules.objects.filter(tenant_id=actor.tenant_id).first()
    rules = rules or SignInRules(tenant_id=actor.tenant_id)
    names = ("profile", "idle_minutes", "longest_hours", "words")
    before = {name: getattr(rules, name) for name in names}
    rules.profile, rules.words = profile, words
    rules.idle_minutes, rules.longest_hours = idle_minutes, longest_hours
    demand_valid(rules)
    rules.save()
    after = {name: getattr(rules, name) for name in names}
    record(
        "identity.rules.set",
        rules,
        actor=actor,
        label="设置登录规则",
        before=before,
        after=after,
    )
    return rules


@transaction.atomic
def reset_second_factor(term: Appointment, *, actor: Actor, reason: str) -> User:
    """Take away the factors of somebody who lost them, and end their sessions.

    Never one's own: who holds a stolen session must not get rid of the factor.
    """
    if not actor.may(RESET_FACTOR):
        raise NotPermitted("当前职务无权重置二次验证，请联系安全管理员。")
    user = term.user
    if user.pk == actor.user_id:
        raise DomainError("不能重置自己的二次验证，请用备用码登录，或联系平台运维。")
    if Membership.objects.filter(user=user).exclude(tenant_id=require_tenant_id()).exists():
        raise DomainError("此人还在其他地区任职，请联系平台运维重置。")
    if len(reason.strip()) < 5:
        raise FieldErrors({"reason": "请写明理由和核实本人身份的方式（至少五个字）。"})
    removed = forget_factors(user)
    record(
        "identity.factor.reset",
        user,
        actor=actor,
        label="重置二次验证",
        reason=reason.strip(),
        before={"factors": removed},
        after={"factors": 0},
    )
    return user


def forget_factors(user: User) -> int:
    """Remove every factor of an account and sign it out everywhere."""
    factors = Authenticator.objects.filter(user=user)
    count = factors.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    factors.delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    return int(count)


# --- invitations --------------------


@transaction.atomic
def invite(post: Post, *, actor: Actor, person_name: str, days: int) -> tuple[Invitation, Key]:
    """Make a link that seats its bearer in the post, once; the link is stored nowhere."""
    if actor.appointment_id is None or not actor.may(INVITE, at=post.unit):
        raise NotPermitted("当前职务无权邀请任职，请联系系统管理员。")
    if post.is_one_of_three:
        raise DomainError("管理员职务不能用链接邀请，请当面办理任职。")
    if not 1 <= days <= LONGEST_INVITATION:
        raise FieldErrors({"days": f"有效期须为1至{LONGEST_INVITATION}天。"})
    key = Key.new(require_tenant_id())
    invitation = Invitation(
        post=post,
        person_name=person_name,
        secret_hash=key.hash,
        expires_at=timezone.now() + timedelta(days=days),
        created_by_id=actor.appointment_id,
    )
    demand_valid(invitation)
    invitation.save()
    record("identity.invitation.made", invitation, actor=actor, label="邀请任职")
    return invitation, key


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, actor: Actor) -> Invitation:
    if not actor.may(INVITE, at=invitation.post.unit):
        raise NotPermitted("当前职务无权撤回邀请，请联系系统管理员。")
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if invitation.used_at:
        raise DomainError("邀请已被使用，如有误请办理卸任。")
    invitation.revoked_at = invitation.revoked_at or timezone.now()
    invitation.save(update_fields=["revoked_at"])
    record("identity.invitation.revoked", invitation, actor=actor, label="撤回邀请")
    return invitation


def find_invitation(key: Key) -> Invitation:
    """The usable invitation of a link, within its tenant; the same words for whatever is wrong."""
    if not Tenant.objects.filter(pk=key.tenant_id, is_active=True).exists():
        raise DomainError(UNUSABLE)
    found = (
        Invitation.objects.select_related("post__unit", "created_by__user")
        .filter(
            secret_hash=key.hash,
            used_at=None,
            revoked_at=None,
            expires_at__gt=timezone.now(),
            post__unit__closed_on=None,
        )
        .first()
    )
    if found is None or not found.created_by.user.is_active:
        raise DomainError(UNUSABLE)
    return found


@transaction.atomic
def accept_invitation(key: Key, *, user: User | None, username: str, password: str) -> User:
    """Seat the bearer: an account of their own, or a new one. Two bearers at once: one wins."""
    with tenant_scope(key.tenant_id):
        invitation = find_invitation(key)
        invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if invitation.used_at or invitation.revoked_at:
            raise DomainError(UNUSABLE)
        tenant = Tenant.objects.get(pk=key.tenant_id)
        if user is None:
            user = _new_account(username, password, invitation.person_name)
        appoint(invitation.post, actor=system_actor(tenant), user=user)
        invitation.used_at, invitation.used_by = timezone.now(), user
        invitation.save(update_fields=["used_at", "used_by"])
        record(
            "identity.invitation.used",
            invitation,
            actor=system_actor(tenant),
            label="凭邀请任职",
            after={"username": user.username},
        )
    return user


def _new_account(username: str, password: str, person_name: str) -> User:
    user = User(username=username, person_name=person_name, password_set_at=timezone.now())
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise FieldErrors({"password": error.messages}) from error
    user.set_password(password)
    demand_valid(user)
    user.save()
    return user


# --- tokens --------------------


@transaction.atomic
def make_token(
    *, actor: Actor, name: str, scopes: Iterable[str], days: int
) -> tuple[AccessToken, Key]:
    """A key for a machine that acts for this post; never for more than the post may do."""
    if actor.appointment_id is None or not actor.may(USE_TOKEN):
        raise NotPermitted("当前职务无权使用接口令牌，请联系安全管理员。")
    chosen = sorted(set(scopes))
    if not chosen or any(scope not in actor.grants for scope in chosen):
        raise FieldErrors({"scopes": "请至少选择一项，且只能选择本职务已有的权限。"})
    if not 1 <= days <= LONGEST_TOKEN:
        raise FieldErrors({"days": f"有效期须为1至{LONGEST_TOKEN}天，到期后重新建立。"})
    key = Key.new(require_tenant_id())
    token = AccessToken(
        appointment_id=actor.appointment_id,
        name=name,
        secret_hash=key.hash,
        hint=key.secret[-4:],
        scopes=chosen,
        expires_at=timezone.now() + timedelta(days=days),
    )
    demand_valid(token)
    token.save()
    record(
        "identity.token.made", token, actor=actor, label="建立接口令牌", after={"scopes": chosen}
    )
    return token, key


@transaction.atomic
def revoke_token(token: AccessToken, *, actor: Actor) -> AccessToken:
    """Stop a token; it opens nothing from the next request on."""
    token = AccessToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if token.appointment_id != actor.appointment_id:
        raise NotPermitted("只能停用自己建立的令牌。")
    token.revoked_at = token.revoked_at or timezone.now()
    token.save(update_fields=["revoked_at"])
    record("identity.token.revoked", token, actor=actor, label="停用接口令牌")
    return token


# --- support --------------------


@transaction.atomic
def enter_for_support(
    tenant: Tenant, *, operator: User, reason: str, ticket: str, hours: int
) -> SupportAccess:
    """Break the glass: an operator enters a tenant, for a time, and its administrators hear it."""
    if not (operator.is_staff and operator.is_active):
        raise NotPermitted("只有平台运维可以申请进入。")
    if len(reason.strip()) < 10 or not ticket.strip():
        raise FieldErrors({"reason": "请写明工单号和进入理由（至少十个字），对方管理员会看到。"})
    if not 1 <= hours <= LONGEST_SUPPORT:
        raise FieldErrors({"hours": f"每次最多{LONGEST_SUPPORT}小时。"})
    with tenant_scope(tenant.pk):
        access = SupportAccess.objects.create(
            operator=operator,
            reason=reason.strip(),
            ticket=ticket.strip(),
            ends_at=timezone.now() + timedelta(hours=hours) - timedelta(seconds=1),
        )
        record(
            "identity.support.entered",
            access,
            actor=system_actor(tenant),
            label="平台支持进入",
            reason=access.reason,
            after={"operator": operator.username, "ends_at": access.ends_at},
        )
        notify(
            rule="identity.support",
            subject=access,
            stage="entered",
            post_ids=_watchers(),
            title=f"平台运维已进入本地区（工单{access.ticket}）",
            body=f"{operator.person_name}，至{timezone.localtime(access.ends_at):%H:%M}自动退出。"
            f"理由：{access.reason}",
            url="/identity/support/",
        )
    return access


@transaction.atomic
def end_support(access: SupportAccess, *, tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        access = SupportAccess.objects.select_for_update(of=("self",)).get(pk=access.pk)
        if access.ended_at is None:
            access.ended_at = timezone.now()
            access.save(update_fields=["ended_at"])
            record(
                "identity.support.ended",
                access,
                actor=system_actor(tenant),
                label="平台支持退出",
            )


def _watchers() -> list[int]:
    return list(Post.objects.filter(role__in=ADMINISTRATORS).values_list("pk", flat=True))
