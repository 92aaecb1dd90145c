from __future__ import annotations

from decimal import Decimal

from django.urls import reverse

from assessments.models import Run, ScoreSheet, UnitScore
from assessments.queries import groups_of, thresholds_of, weights_of
from assessments.services import run_assessment
from assessments.whatif import Supposition, suppose
from tests.assessments.test_chain import scheme  # noqa: F401 -- a fixture


def trial(scheme, run, weights):  # noqa: F811
    (group,) = groups_of(scheme)
    items = {item.code: item.pk for item in scheme.items.all()}
    named = {items[code]: Decimal(weight) for code, weight in weights.items()}
    return suppose(run, group, Supposition(named, thresholds_of(scheme), None))


def test_the_same_rules_move_nothing(cast, scheme):  # noqa: F811
    run = run_assessment(scheme, actor=cast.office)
    moved = trial(scheme, run, {"A01": "60", "A02": "40"})
    assert [(one.change, one.climb, one.is_regraded) for one in moved] == [(0, 0, False)] * 3


def test_other_weights_move_the_ranking_and_nothing_is_saved(cast, scheme):  # noqa: F811
    run = run_assessment(scheme, actor=cast.office)
    before = list(UnitScore.objects.order_by("pk").values())
    sheets = list(ScoreSheet.objects.order_by("pk").values())
    weights = weights_of(scheme)
    # 东风镇：会员 38 ÷ 40 = 95 %；南麓镇：20 ÷ 40 = 50 %。
    moved = {one.unit_name: one for one in trial(scheme, run, {"A01": "0", "A02": "100"})}
    assert moved["东风镇"].after == Decimal("95.00")
    assert moved["南麓镇"].after == Decimal("50.00")
    # 名额只有一家，西城街道第一。
    assert (moved["东风镇"].rank_after, moved["东风镇"].grade_after) == (2, "良好")
    assert list(UnitScore.objects.order_by("pk").values()) == before
    assert list(ScoreSheet.objects.order_by("pk").values()) == sheets
    assert (weights_of(scheme), Run.objects.count()) == (weights, 1)


def test_the_trial_on_screen(cast, scheme, sign_in):  # noqa: F811
    run = run_assessment(scheme, actor=cast.office)
    client = sign_in(cast.office)
    url = reverse("assessments:run_what_if", args=[run.pk])
    assert "什么都不保存" in client.get(url).content.decode()
    items = {item.code: item.pk for item in scheme.items.all()}
    asked = {
        "excellent_from": "90",
        "good_from": "80",
        "qualified_from": "60",
        "quota_percent": "100",
        f"w_{items['A01']}": "10",
        f"w_{items['A02']}": "80",
    }
    page = client.get(url, asked).content.decode()
    assert "等次变化 2 家" in page
    assert "与满分 100 不同" in page
    wrong = client.get(url, asked | {"good_from": "95"}).content.decode()
    assert "优秀高于良好" in wrong
    assert sign_in(cast.township).get(url).status_code == 404


def test_an_empty_weight_keeps_the_scheme_and_none_at_all_is_refused(cast, scheme, sign_in):  # noqa: F811
    run = run_assessment(scheme, actor=cast.office)
    client = sign_in(cast.office)
    url = reverse("assessments:run_what_if", args=[run.pk])
    lines = {
        "excellent_from": "90",
        "good_from": "80",
        "qualified_from": "60",
        "quota_percent": "20",
    }
    assert "等次变化 0 家" in client.get(url, lines).content.decode()
    nothing = {f"w_{item.pk}": "0" for item in scheme.items.all()}
    assert "至少给一个项目权重" in client.get(url, lines | nothing).content.decode()
