from __future__ import annotations

import pytest

from assessments.parameters import check_parameters
from assessments.rule_reading import RuleNotUnderstood, read_rule
from assessments.wording import sentence_of

RULES = [
    ("proportional", {"full_at": "95", "floor": "60"}),
    ("proportional", {}),
    ("timed", {"schedule": ["20", "50", "75", "100"]}),
    ("timed", {"schedule": ["25", "50", "75", "100"], "full_at": "80"}),
    ("inverse", {"full_at": "3.5"}),
    ("inverse", {}),
    ("pass", {"full_at": "90"}),
    ("stepped", {"steps": [{"from": "80", "points": "4"}, {"from": "70", "points": "2.5"}]}),
    (
        "stepped",
        {
            "steps": [{"from": "100", "percent": "100"}, {"from": "80", "percent": "60"}],
            "of": "target",
        },
    ),
    ("band", {"low": "20", "high": "60"}),
    ("band", {"low": "20", "high": "60", "points": "0.3"}),
    ("band", {"high": "5"}),
    ("band", {"low": "5", "points": "2", "most": "6"}),
    ("deduct", {"points": "1.5"}),
    ("deduct", {"points": "1.5", "most": "6"}),
    ("deduct", {"each": "15"}),
    ("shortfall", {"points": "0.5"}),
    ("shortfall", {"base": "8", "points": "2", "most": "6"}),
    ("shortfall", {"base": "12", "step": "3", "points": "5", "partial": "down"}),
    ("shortfall", {"base": "95", "points": "1", "partial": "up"}),
    ("judged", {}),
    (
        "bonus",
        {
            "levels": [{"level": "国家级", "points": "5"}, {"level": "省级", "points": "3"}],
            "exclusive": True,
            "cap": "6",
        },
    ),
    ("surplus", {"base": "100", "step": "10", "points": "2", "cap": "15"}),
    ("surplus", {"points": "0.5"}),
    ("penalty", {"levels": [{"level": "通报批评", "points": "20"}]}),
    ("veto", {"effect": "bar"}),
    ("veto", {"effect": "limit", "grade": "qualified"}),
]


@pytest.mark.parametrize(("method", "parameters"), RULES)
def test_what_is_written_from_data_is_read_back_as_the_same_data(method, parameters):
    assert check_parameters(method, parameters) == ""
    assert read_rule(sentence_of(method, parameters)) == (method, parameters)


@pytest.mark.parametrize(
    ("text", "method", "parameters"),
    [
        ("应召开4次，每少1次扣0.5分，扣完为止。", "shortfall", {"base": "4", "points": "0.5"}),
        ("应有８项，缺一项扣２分", "shortfall", {"base": "8", "points": "2"}),
        ("每少一次扣０．５分，扣完为止", "shortfall", {"points": "0.5"}),
        (
            "80%以上得4分；75%以上得3分；70%以上得2分",
            "stepped",
            {
                "steps": [
                    {"from": "80", "points": "4"},
                    {"from": "75", "points": "3"},
                    {"from": "70", "points": "2"},
                ]
            },
        ),
        ("每迟报1次扣1分，扣完为止", "deduct", {"points": "1"}),
        ("完成目标任务的，按比例计分", "proportional", {}),
        (
            "国家级加5分，省级加3分，同一事项就高不就低，最多加6分",
            "bonus",
            {
                "levels": [{"level": "国家级", "points": "5"}, {"level": "省级", "points": "3"}],
                "exclusive": True,
                "cap": "6",
            },
        ),
        ("发生重大事故的，一票否决", "veto", {"effect": "limit", "grade": "unqualified"}),
    ],
)
def test_rules_as_offices_write_them(text, method, parameters):
    assert read_rule(text) == (method, parameters)


@pytest.mark.parametrize("text", ["", "视情况给分", "工作扎实"])
def test_what_cannot_be_reckoned_is_refused_with_the_way_to_say_it(text):
    with pytest.raises(RuleNotUnderstood, match="可以这样写"):
        read_rule(text)
