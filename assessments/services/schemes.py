"""Making of a scheme: items, weights, grades, versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from assessments.authority import MANAGE_SCHEME
from assessments.enums import LEDGER_METHODS, Method, Mode, SchemeState
from assessments.models import GradeRule, ItemWeight, PeerGroup, Scheme, SchemeItem
from assessments.parameters import check_parameters
from assessments.queries import shelf_entries, weight_sums, weights_of
from assessments.services.holding import check, demand, hold
from assessments.wording import sentence_of
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, FieldErrors
from gongjian.foundation.kernel.numbers import show
from gongjian.foundation.workflow.lifecycle import advance

_SCHEME_FIELDS = ("title", "period", "full_score")
_ITEM_FIELDS = (
    "code",
    "name",
    "dimension",
    "source_key",
    "indicator_code",
    "unit_label",
    "method",
    "mode",
    "parameters",
    "rule_text",
    "order",
)
_GRADE_FIELDS = (
    "excellent_from",
    "good_from",
    "qualified_from",
    "excellent_quota",
    "bonus_cap",
    "notice_days",
)


def _draft(scheme: Scheme, actor: Actor, act: str) -> Scheme:
    demand(actor, MANAGE_SCHEME, act)
    return hold(scheme, SchemeState.DRAFT, act=act)


@transaction.atomic
def create_scheme(*, actor: Actor, values: Mapping[str, Any]) -> Scheme:
    """Begin a scheme with the usual grades: 90, 80, 60 and a fifth for 优秀."""
    demand(actor, MANAGE_SCHEME, "制定考核方案")
    scheme = Scheme(**{name: values[name] for name in _SCHEME_FIELDS if name in values})
    check(scheme)
    scheme.save()
    GradeRule.objects.create(scheme=scheme)
    record("assessments.scheme.created", scheme, actor=actor, label="新建考核方案")
    return scheme


@transaction.atomic
def edit_scheme(scheme: Scheme, *, actor: Actor, values: Mapping[str, Any]) -> Scheme:
    scheme = _draft(scheme, actor, "修改考核方案")
    before = _values(scheme, _SCHEME_FIELDS)
    for name in _SCHEME_FIELDS:
        if name in values:
            setattr(scheme, name, values[name])
    check(scheme)
    scheme.save()
    record(
        "assessments.scheme.edited",
        scheme,
        actor=actor,
        label="修改考核方案",
        before=before,
        after=_values(scheme, _SCHEME_FIELDS),
    )
    return scheme


def _values(subject: Any, names: Sequence[str]) -> dict[str, Any]:
    return {
        name: str(value) if hasattr(value, "pk") else value
        for name in names
        for value in [getattr(subject, name)]
    }


@transaction.atomic
def add_item(scheme: Scheme, *, actor: Actor, values: Mapping[str, Any]) -> SchemeItem:
    scheme = _draft(scheme, actor, "添加考核项目")
    item = SchemeItem(
        scheme=scheme, **{name: values[name] for name in _ITEM_FIELDS if name in values}
    )
    _settle_item(item)
    item.save()
    record("assessments.item.added", scheme, actor=actor, label=f"添加项目 {item}"[:60])
    return item


@transaction.atomic
def add_offered_items(scheme: Scheme, *, actor: Actor, keys: Sequence[str]) -> list[SchemeItem]:
    """Take indicators from the shelf into the scheme; restricted ones are refused (R2)."""
    scheme = _draft(scheme, actor, "添加考核项目")
    entries = {entry.key: entry for entry in shelf_entries()}
    there = {f"{item.source_key}/{item.indicator_code}" for item in scheme.items.all()}
    order = scheme.items.aggregate(last=Max("order"))["last"] or 0
    items = []
    for key in keys:
        entry = entries.get(key)
        if entry is None:
            raise DomainError("所选指标已不再提供，请刷新后重新选择。")
        if entry.offered.mode == Mode.RESTRICTED:
            raise DomainError(f"“{entry.offered.name}”不能列入考核：{entry.refusal}")
        if key in there:
            continue
        order += 10
        items.append(
            add_item(
                scheme,
                actor=actor,
                values={
                    "code": entry.offered.code[:30],
                    "name": entry.offered.name,
                    "dimension": entry.source_label,
                    "source_key": entry.source_key,
                    "indicator_code": entry.offered.code,
                    "unit_label": entry.offered.unit_label,
                    "method": Method.PROPORTIONAL if entry.offered.rises else Method.INVERSE,
                    "mode": entry.offered.mode,
                    "order": order,
                },
            )
        )
    return items


def _settle_item(item: SchemeItem) -> None:
    if item.method in LEDGER_METHODS:
        item.source_key = item.indicator_code = ""
    elif not item.is_judged and not item.source_key:
        raise FieldErrors({"method": "没有数据来源的项目只能由评委评分，请改选“评委评分”。"})
    if problem := check_parameters(item.method, item.parameters):
        raise FieldErrors({"parameters": problem})
    item.rule_text = item.rule_text.strip() or sentence_of(item.method, item.parameters)
    check(item)


@transaction.atomic
def edit_item(item: SchemeItem, *, actor: Actor, values: Mapping[str, Any]) -> SchemeItem:
    scheme = _draft(item.scheme, actor, "修改考核项目")
    before = _values(item, _ITEM_FIELDS)
    mode = item.mode
    own_words = item.rule_text != sentence_of(item.method, item.parameters)
    for name in _ITEM_FIELDS:
        if name in values:
            setattr(item, name, values[name])
    if not own_words and values.get("rule_text", before["rule_text"]) == before["rule_text"]:
        item.rule_text = ""  # written anew from the changed rule
    if mode == Mode.RESTRICTED:
        item.mode = mode  # what the mechanism restricts cannot be freed by editing
    if not item.may_carry_weight and item.weights.exists():
        raise FieldErrors({"mode": "这个项目已有权重，请先在权重表中清空，再改为不计分。"})
    _settle_item(item)
    item.save()
    record(
        "assessments.item.edited",
        scheme,
        actor=actor,
        label=f"修改项目 {item}"[:60],
        before=before,
        after=_values(item, _ITEM_FIELDS),
    )
    return item


@transaction.atomic
def remove_item(item: SchemeItem, *, actor: Actor) -> Scheme:
    """Take an item out of a draft together with its weights, which must then be set anew."""
    scheme = _draft(item.scheme, actor, "删除考核项目")
    label = f"删除项目 {item}"[:60]
    item.delete()
    record("assessments.item.removed", scheme, actor=actor, label=label)
    return scheme


@transaction.atomic
def set_weights(
    scheme: Scheme, *, actor: Actor, weights: Mapping[tuple[int, int], Decimal | None]
) -> Scheme:
    """Write the grid of weights: (item, group) → points, empty where the group is not asked.

    A group either carries no weight at all or weights that add up to the full
    score; the refusal names the difference beside the group.
    """
    scheme = _draft(scheme, actor, "设置权重")
    items = {item.pk: item for item in scheme.items.all()}
    groups = {group.pk: group for group in PeerGroup.objects.all()}
    kept = {
        key: weight
        for key, weight in weights.items()
        if weight and key[0] in items and key[1] in groups
    }
    errors: dict[str, str] = {}
    for (item_id, group_id), weight in kept.items():
        if weight < 0:
            errors[f"w_{item_id}_{group_id}"] = "权重不能小于 0，请更正。"
        elif not items[item_id].may_carry_weight:
            mode = items[item_id].get_mode_display()
            errors[f"w_{item_id}_{group_id}"] = f"这个项目是“{mode}”，不能计分，请清空。"
    for group_id, group in groups.items():
        parts = [weight for key, weight in kept.items() if key[1] == group_id]
        if parts and (problem := sum_problem(group, sum(parts, Decimal(0)), scheme.full_score)):
            errors[f"g_{group_id}"] = problem
    if errors:
        raise FieldErrors(errors)
    before = _grid(scheme)
    ItemWeight.objects.filter(item__scheme=scheme).delete()
    ItemWeight.objects.bulk_create(
        [
            ItemWeight(item_id=item_id, peer_group_id=group_id, weight=weight)
            for (item_id, group_id), weight in kept.items()
        ]
    )
    record(
        "assessments.weights.set",
        scheme,
        actor=actor,
        label="设置权重",
        before=before,
        after=_grid(scheme),
    )
    return scheme


def sum_problem(group: PeerGroup, total: Decimal, full_score: int) -> str:
    """Name the difference between a group's weights and the full score, or return ""."""
    difference = total - full_score
    if not difference:
        return ""
    word = "多" if difference > 0 else "少"
    return (
        f"“{group}”各项权重合计 {show(total)}，比满分 {full_score} {word} "
        f"{show(abs(difference))}，请调整。"
    )


def _grid(scheme: Scheme) -> dict[str, Any]:
    codes = dict(scheme.items.values_list("pk", "code"))
    names = dict(PeerGroup.objects.values_list("pk", "name"))
    return {
        f"{names[group_id]} {codes[item_id]}": show(weight)
        for (item_id, group_id), weight in weights_of(scheme).items()
    }


@transaction.atomic
def set_grade_rule(scheme: Scheme, *, actor: Actor, values: Mapping[str, Any]) -> GradeRule:
    scheme = _draft(scheme, actor, "设置等次规则")
    rule = GradeRule.objects.filter(scheme=scheme).first() or GradeRule(scheme=scheme)
    before = _values(rule, _GRADE_FIELDS)
    for name in _GRADE_FIELDS:
        if name in values:
            setattr(rule, name, values[name])
    check(rule)
    rule.save()
    record(
        "assessments.grade_rule.set",
        scheme,
        actor=actor,
        label="设置等次规则",
        before=before,
        after=_values(rule, _GRADE_FIELDS),
    )
    return rule


@transaction.atomic
def publish_scheme(scheme: Scheme, *, actor: Actor, reason: str = "") -> Scheme:
    """Freeze the rules (印发). From here on only a new version can change them."""
    scheme = _draft(scheme, actor, "印发考核方案")
    sums = weight_sums(scheme)
    if not sums:
        raise DomainError("还没有设置权重，请先在权重表中为至少一个可比组设置权重。")
    groups = PeerGroup.objects.filter(pk__in=list(sums)).order_by("sort_order", "pk")
    problems = [sum_problem(group, sums[group.pk], scheme.full_score) for group in groups]
    if found := [problem for problem in problems if problem]:
        raise DomainError("".join(found))
    if ItemWeight.objects.filter(item__scheme=scheme).exclude(item__mode=Mode.SCORED).exists():
        raise DomainError("有不计分的项目带着权重，请在权重表中清空后再印发。")
    scheme = advance(scheme, "publish", actor=actor, at=None, reason=reason)
    former = scheme.supersedes
    if former is not None and former.state == SchemeState.PUBLISHED:
        advance(
            former,
            "archive",
            actor=actor,
            at=None,
            reason=f"由第{scheme.version}版替代。",
        )
    return scheme


@transaction.atomic
def archive_scheme(scheme: Scheme, *, actor: Actor, reason: str = "") -> Scheme:
    return advance(scheme, "archive", actor=actor, at=None, reason=reason)


@transaction.atomic
def revise_scheme(scheme: Scheme, *, actor: Actor) -> Scheme:
    """Copy a published version into a draft of the next one."""
    demand(actor, MANAGE_SCHEME, "修订考核方案")
    scheme = hold(scheme, SchemeState.PUBLISHED, act="修订")
    if waiting := scheme.successors.filter(state=SchemeState.DRAFT).first():
        raise DomainError(f"第{waiting.version}版正在起草，请在那一版上继续修改。")
    versions = Scheme.objects.filter(title=scheme.title).aggregate(last=Max("version"))
    copy = Scheme.objects.create(
        **{name: getattr(scheme, name) for name in _SCHEME_FIELDS},
        version=versions["last"] + 1,
        supersedes=scheme,
    )
    rule = GradeRule.objects.filter(scheme=scheme).first() or GradeRule()
    GradeRule.objects.create(scheme=copy, **{name: getattr(rule, name) for name in _GRADE_FIELDS})
    weights = weights_of(scheme)
    for item in scheme.items.all():
        twin = SchemeItem.objects.create(
            scheme=copy, **{name: getattr(item, name) for name in _ITEM_FIELDS}
        )
        ItemWeight.objects.bulk_create(
            [
                ItemWeight(item=twin, peer_group_id=group_id, weight=weight)
                for (item_id, group_id), weight in weights.items()
                if item_id == item.pk
            ]
        )
    record("assessments.scheme.revised", copy, actor=actor, label=f"起草第{copy.version}版")
    return copy
