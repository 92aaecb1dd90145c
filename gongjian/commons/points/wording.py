"""A rulebook in sentences, as the units read it."""

from __future__ import annotations

from gongjian.commons.points.enums import Effect, OncePer, PointLevel, Span, SplitKind, Trigger
from gongjian.commons.points.rules import Award, Cap, Consequence, Rulebook
from gongjian.commons.points.shelf import PointMechanism
from gongjian.foundation.kernel.numbers import show


def award_condition(award: Award, words: PointMechanism) -> str:
    """What a fact must be for a line of the table to fit it."""
    parts = [words.kinds.get(award.kind, award.kind)]
    if award.level:
        parts.append(str(PointLevel(award.level).label))
    if award.outlet_class:
        parts.append(award.outlet_class)
    parts += [words.traits.get(trait, trait) for trait in sorted(award.traits)]
    return "，".join(parts)


def sentences_of(book: Rulebook, words: PointMechanism) -> list[str]:
    """What limits the points of the table, a sentence each."""
    said = [
        f"“{words.traits.get(factor.trait, factor.trait)}”的，按 {show(factor.times)} 倍计分。"
        for factor in book.factors
    ]
    said.append(_exclusivity(book))
    said.append(_split(book))
    said += [_cap(cap, words) for cap in book.caps]
    if book.report_within is not None:
        said.append(f"事项发生后 {book.report_within} 天内报送的才计分。")
    if book.required:
        names = "、".join(words.traits.get(trait, trait) for trait in sorted(book.required))
        kinds = "、".join(words.kinds.get(kind, kind) for kind in sorted(book.required_of))
        said.append(f"{f'{kinds}：' if kinds else ''}符合“{names}”的才计分。")
    return said + [_consequence(rule) for rule in book.consequences]


def _exclusivity(book: Rulebook) -> str:
    once = {
        OncePer.USE: "",
        OncePer.LEVEL: "在同一层级只计一次",
        OncePer.OUTLET: "在同一载体只计一次",
    }[book.once_per]
    if book.keep is None:
        return f"同一稿件{once or '每次采用都计分，分值累加'}。"
    kept = "只计最高一项" if book.keep == 1 else f"计最高 {book.keep} 项，分值累加"
    return f"同一稿件{f'{once}，' if once else ''}{kept}。"


def _split(book: Rulebook) -> str:
    if book.split == SplitKind.RATIO:
        ratio = ":".join(show(share) for share in book.ratio)
        return f"合写的稿件按署名次序 {ratio} 分配，其后的作者不计分。"
    return {
        SplitKind.FULL: "合写的稿件，每位作者（单位）都计满分。",
        SplitKind.EQUAL: "合写的稿件，由各作者（单位）平均分配。",
        SplitKind.DECLARED: "合写的稿件，按登记时申报的份额分配。",
    }[book.split]


def _cap(cap: Cap, words: PointMechanism) -> str:
    what = f"“{words.kinds.get(cap.kind, cap.kind)}”" if cap.kind else ""
    return f"{what}{cap.span.label}最多计 {show(cap.amount)} 分。"


def _consequence(rule: Consequence) -> str:
    span = {Span.MONTH: "一个月", Span.QUARTER: "一个季度", Span.YEAR: "一年"}[rule.span]
    limit = show(rule.limit)
    when = {
        Trigger.FAILED_COMMISSIONS: f"{span}内约稿 {limit} 次未完成的",
        Trigger.ADOPTION_RATE: f"{span}的采用率低于 {limit}% 的",
        Trigger.TOTAL: f"{span}得分合计低于 {limit} 分的",
    }[rule.trigger]
    if rule.effect == Effect.ZERO:
        return f"{when}，{rule.label or '该时段得分清零'}。"
    if rule.effect == Effect.MARK:
        return f"{when}，注明“{rule.label}”，不计分。"
    return f"{when}，{'扣' if rule.amount < 0 else '加'} {show(abs(rule.amount))} 分。"
