"""Making an issue: items, three reviews by three people, signing with the number, sending out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from bulletins.authority import MAKE_ISSUE, READ_ISSUE
from bulletins.enums import IssueKind, IssueState, ReviewStep
from bulletins.models import (
    BulletinSeries,
    Dispatch,
    Issue,
    IssueItem,
    IssueReview,
    ItemSource,
    Receipt,
)
from bulletins.points import COMBINED, MECHANISM
from bulletins.services.telling import tell_readers, tell_unit
from bulletins.services.writing import family_of, lock_dispatch, shares_of, traits_of
from bulletins.text import LONGEST, clean, plain_of, without_empty_pictures
from gongjian.commons.points.enums import ADOPTION, PointLevel
from gongjian.commons.points.services.ledger import Occurrence, note_fact
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    Outdated,
    StateConflict,
)
from gongjian.foundation.workflow.lifecycle import advance
from orgs.enums import Level
from orgs.models import Unit
from orgs.queries import root_unit
from orgs.services import demand_valid

#: Level of a bulletin in the points rules, by the level of the region.
_LEVELS = {
    Level.PROVINCE: PointLevel.PROVINCE,
    Level.PREFECTURE: PointLevel.CITY,
    Level.COUNTY: PointLevel.COUNTY,
    Level.TOWNSHIP: PointLevel.TOWNSHIP,
}
#: Step of the lifecycle → review that it writes down.
REVIEWS = {
    "first": ReviewStep.FIRST,
    "second": ReviewStep.SECOND,
    "final": ReviewStep.FINAL,
    "sign": ReviewStep.SIGN,
}
_LISTS = ("report_to", "copy_to", "send_to", "copies")


@transaction.atomic
def save_series(
    series: BulletinSeries | None, *, actor: Actor, values: Mapping[str, Any]
) -> BulletinSeries:
    """Found a bulletin, or change its head for the issues to come."""
    _demand_maker(actor)
    series = series or BulletinSeries()
    for name, value in values.items():
        setattr(series, name, value)
    demand_valid(series)
    series.save()
    record("bulletins.series.saved", series, actor=actor, label="保存刊物")
    return series


@transaction.atomic
def make_issue(
    series: BulletinSeries, *, actor: Actor, kind: str = IssueKind.REGULAR, topic: str = ""
) -> Issue:
    """Begin an issue; readers and copies come from the bulletin and can be changed for this one."""
    _demand_maker(actor)
    issue = Issue(
        series=series,
        kind=kind,
        topic=topic,
        **{name: getattr(series, name) for name in _LISTS},
    )
    demand_valid(issue)
    issue.save()
    record("bulletins.issue.made", issue, actor=actor, label="新编一期")
    return issue


@transaction.atomic
def change_issue(
    issue: Issue, *, actor: Actor, values: Mapping[str, Any], revision: int | None = None
) -> Issue:
    """Change the head, the editor's note and the lists of readers."""
    issue = _open_issue(issue, actor)
    if revision is not None and revision != issue.revision:
        raise Outdated(
            "editor_note",
            revision=issue.revision,
            saved={
                "本期主题": issue.topic,
                "编者按": issue.editor_note,
                "报": issue.report_to,
                "送": issue.copy_to,
                "发": issue.send_to,
                "印数": str(issue.copies or ""),
            },
        )
    for name, value in values.items():
        setattr(issue, name, value)
    issue.revision += 1
    demand_valid(issue)
    issue.save()
    record("bulletins.issue.changed", issue, actor=actor, label="修改简报")
    return issue


@transaction.atomic
def add_item(
    issue: Issue, *, actor: Actor, dispatches: Sequence[Dispatch], section: str = ""
) -> IssueItem:
    """Put a piece into the issue; several pieces at once become one item (综合采用)."""
    issue = _open_issue(issue, actor)
    if not dispatches:
        raise FieldErrors({"dispatches": "请先勾选要编入的稿件。"})
    # In key order, so that two editors who choose the same pieces cannot deadlock.
    chosen = [
        advance(lock_dispatch(row), "choose", actor=actor, at=row.unit)
        for row in sorted(dispatches, key=lambda row: row.pk)
    ]
    last = issue.items.aggregate(last=Max("position"))["last"] or 0
    item = IssueItem(
        issue=issue,
        section=section.strip() or chosen[0].get_kind_display(),
        title=chosen[0].title,
        body="".join(row.body for row in chosen),
        position=last + 1,
    )
    demand_valid(item)
    item.save()
    for row in chosen:
        ItemSource.objects.create(item=item, dispatch=row)
    record("bulletins.issue.item_added", issue, actor=actor, label=f"编入：{item.title}"[:60])
    return item


@transaction.atomic
def change_item(
    item: IssueItem,
    *,
    actor: Actor,
    section: str,
    title: str,
    body: str,
    revision: int | None = None,
) -> IssueItem:
    """Edit an item for print; the dispatch itself stays as it is.

    ``revision`` is that of the page the text was typed on: of two windows the later is told,
    and neither text is lost.
    """
    _open_issue(item.issue, actor)
    item = IssueItem.objects.select_for_update(of=("self",)).select_related("issue").get(pk=item.pk)
    if revision is not None and revision != item.revision:
        raise Outdated(
            "body",
            revision=item.revision,
            saved={"栏目": item.section, "标题": item.title, "正文": plain_of(item.body)},
        )
    html = without_empty_pictures(clean(body))
    if len(html) > LONGEST:
        raise FieldErrors({"body": "正文太长，请删减。"})
    item.section, item.title, item.body = section.strip(), title.strip(), html
    item.revision += 1
    demand_valid(item)
    item.save(update_fields=["section", "title", "body", "revision"])
    record(
        "bulletins.issue.item_changed", item.issue, actor=actor, label=f"修改：{item.title}"[:60]
    )
    return item


@transaction.atomic
def order_items(issue: Issue, *, actor: Actor, item_ids: Sequence[int]) -> None:
    """The order in which the items are printed; items not named follow in their old order."""
    issue = _open_issue(issue, actor)
    items = {item.pk: item for item in issue.items.all()}
    wanted = [pk for pk in dict.fromkeys(item_ids) if pk in items]
    wanted += [pk for pk in items if pk not in wanted]
    for position, pk in enumerate(wanted, start=1):
        if items[pk].position != position:
            items[pk].position = position
            items[pk].save(update_fields=["position"])
    record("bulletins.issue.ordered", issue, actor=actor, label="调整次序")


@transaction.atomic
def remove_item(item: IssueItem, *, actor: Actor) -> Issue:
    """Take an item out; its dispatches go back to the desk."""
    issue = _open_issue(item.issue, actor)
    for source in item.sources.select_related("dispatch__unit").order_by("dispatch"):
        advance(lock_dispatch(source.dispatch), "drop", actor=actor, at=source.dispatch.unit)
    record("bulletins.issue.item_removed", issue, actor=actor, label=f"移出：{item.title}"[:60])
    item.delete()
    return issue


@transaction.atomic
def submit_issue(issue: Issue, *, actor: Actor, reason: str = "") -> Issue:
    """Give the issue to the reviewers."""
    issue = _open_issue(issue, actor)
    if not issue.items.exists():
        raise DomainError("本期还没有编入稿件，请先编入。")
    return advance(issue, "submit", actor=actor, at=None, reason=reason)


@transaction.atomic
def review_issue(issue: Issue, step: str, *, actor: Actor, reason: str = "") -> Issue:
    """初审, 复审 or 终审: the three of one round are three people."""
    issue = _locked(issue)
    round_ = _round(issue)
    # Who signs may have reviewed; the three reviews must be of three people.
    if issue.reviews.filter(round=round_, user_id=actor.user_id, is_passed=True).exists():
        raise NotPermitted("三审三校须由三个人分别进行：您已经审过本期，请由另一位审核人办理。")
    issue = advance(issue, step, actor=actor, at=None, reason=reason)
    _write_review(issue, REVIEWS[step], round_, actor=actor, opinion=reason)
    return issue


@transaction.atomic
def send_back_issue(issue: Issue, *, actor: Actor, reason: str) -> Issue:
    """Back to making, with the reason; the next round starts from the first review."""
    issue = _locked(issue)
    round_ = _round(issue)
    step = {
        IssueState.FIRST: ReviewStep.FIRST,
        IssueState.SECOND: ReviewStep.SECOND,
        IssueState.FINAL: ReviewStep.FINAL,
        IssueState.SIGNING: ReviewStep.SIGN,
    }.get(IssueState(issue.state), ReviewStep.FIRST)
    issue = advance(issue, "send_back", actor=actor, at=None, reason=reason)
    _write_review(issue, step, round_, actor=actor, opinion=reason, is_passed=False)
    return issue


@transaction.atomic
def sign_issue(issue: Issue, *, actor: Actor, reason: str = "") -> Issue:
    """Sign: the number is taken, the text is frozen, and the authors' pieces are adopted."""
    issue = _locked(issue)
    round_ = _round(issue)
    # All issues of a bulletin take their numbers one after the other.
    series = BulletinSeries.objects.select_for_update().get(pk=issue.series_id)
    year = today().year
    taken = Issue.objects.filter(series=series)
    number = (taken.filter(year=year, kind=issue.kind).aggregate(n=Max("number"))["n"] or 0) + 1
    total = None
    if issue.kind == IssueKind.REGULAR:
        total = (taken.aggregate(n=Max("total_number"))["n"] or series.total_before) + 1
    issue = advance(
        issue,
        "sign",
        actor=actor,
        at=None,
        reason=reason,
        changes={
            "year": year,
            "number": number,
            "total_number": total,
            "printed_on": today(),
            "signed_by": actor.label[:200],
        },
    )
    _write_review(issue, ReviewStep.SIGN, round_, actor=actor, opinion=reason)
    issue.frozen = freeze(issue)
    issue.save(update_fields=["frozen"])
    _adopt_sources(issue, actor=actor)
    return issue


@transaction.atomic
def send_out_issue(issue: Issue, *, actor: Actor, units: Iterable[Unit], reason: str = "") -> Issue:
    """印发: the issue goes to these units, each with a receipt."""
    issue = advance(_locked(issue), "send_out", actor=actor, at=None, reason=reason)
    chosen = sorted({unit.pk for unit in units})
    if not chosen:
        raise FieldErrors({"units": "请选择印发单位。"})
    Receipt.objects.bulk_create(Receipt(issue=issue, unit_id=pk) for pk in chosen)
    tell_readers(issue, chosen)
    return issue


@transaction.atomic
def open_issue(issue: Issue, *, actor: Actor) -> int:
    """签收: the first of a unit who opens the issue signs for the unit."""
    if actor.unit_id is None or not actor.may(READ_ISSUE):
        return 0
    return Receipt.objects.filter(issue=issue, unit=actor.unit_id, opened_at=None).update(
        opened_at=timezone.now(), opened_by=actor.label[:200]
    )


def freeze(issue: Issue) -> dict[str, Any]:
    """Everything the page prints, as plain values."""
    items = issue.items.prefetch_related(
        "sources__dispatch__authors__unit", "sources__dispatch__unit"
    )
    return {
        "name": issue.series.name,
        "publisher": issue.series.publisher,
        "notice": issue.series.notice,
        "number": issue.number_words,
        "printed_on": today().isoformat() if issue.printed_on is None else str(issue.printed_on),
        "topic": issue.topic,
        "editor_note": issue.editor_note,
        "items": [
            {
                "section": item.section,
                "title": item.title,
                "body": item.body,
                "credit": credit_of(item),
            }
            for item in items
        ],
        "report_to": issue.report_to,
        "copy_to": issue.copy_to,
        "send_to": issue.send_to,
        "copies": issue.copies,
        "signed_by": issue.signed_by,
    }


def credit_of(item: IssueItem) -> str:
    """（红旗村　李红梅）; of a combined item the units alone."""
    sources = [source.dispatch for source in item.sources.all()]
    if len(sources) != 1:
        return "、".join(dict.fromkeys(source.unit.name for source in sources))
    authors = list(sources[0].authors.all())
    names = "、".join(author.name for author in authors)
    return f"{sources[0].unit.name}　{names}" if names else sources[0].unit.name


# --- inside ------------------------------------------------------------------------------


def _demand_maker(actor: Actor) -> None:
    if not actor.may(MAKE_ISSUE):
        raise NotPermitted("简报由领导小组办公室编排，请与办公室联系。")


def _locked(issue: Issue) -> Issue:
    return Issue.objects.select_for_update(of=("self",)).select_related("series").get(pk=issue.pk)


def _open_issue(issue: Issue, actor: Actor) -> Issue:
    _demand_maker(actor)
    issue = _locked(issue)
    if issue.state != IssueState.MAKING:
        raise StateConflict("本期已经送审，不能再改；需要修改的，请审核人退回编排。")
    return issue


def _round(issue: Issue) -> int:
    """Rounds begin with 1; each return begins the next."""
    return issue.reviews.filter(is_passed=False).count() + 1


def _write_review(
    issue: Issue,
    step: str,
    round_: int,
    *,
    actor: Actor,
    opinion: str,
    is_passed: bool = True,
) -> None:
    IssueReview.objects.create(
        issue=issue,
        round=round_,
        step=step,
        user_id=actor.user_id,
        by=actor.label[:200],
        opinion=opinion.strip()[:500],
        is_passed=is_passed,
    )


def _adopt_sources(issue: Issue, *, actor: Actor) -> None:
    root = root_unit()
    level = _LEVELS.get(Level(root.level), PointLevel.CITY) if root else PointLevel.CITY
    sources = (
        ItemSource.objects.filter(item__issue=issue)
        .select_related("item", "dispatch__unit", "dispatch__task")
        .order_by("dispatch")
    )
    sizes: dict[int, int] = {}
    rows = list(sources)
    for source in rows:
        sizes[source.item_id] = sizes.get(source.item_id, 0) + 1
    for source in rows:
        dispatch = advance(
            lock_dispatch(source.dispatch), "adopt", actor=actor, at=source.dispatch.unit
        )
        combined = {COMBINED} if sizes[source.item_id] > 1 else set()
        note_fact(
            MECHANISM,
            source,
            Occurrence(
                kind=ADOPTION,
                family=family_of(dispatch),
                title=dispatch.title,
                happened_on=today(),
                reported_on=today(),
                level=level,
                outlet=issue.series.name,
                traits=traits_of(dispatch) | combined,
            ),
            actor=actor,
            shares=shares_of(dispatch),
        )
        tell_unit(
            dispatch,
            title=f"稿件已采用：{dispatch.title}",
            body=f"刊于《{issue.series.name}》{issue.number_words}"
            f"{'（综合采用）' if combined else ''}。",
            stage=f"adopted-{issue.pk}",
        )
