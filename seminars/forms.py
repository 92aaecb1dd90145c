"""Forms of the seminars."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from gongjian.commons.questionnaires.enums import Purpose, QuestionKind
from gongjian.commons.questionnaires.models import Question, QuestionnaireVersion
from gongjian.commons.questionnaires.queries import choices_of, versions_in_use
from gongjian.commons.questionnaires.scoring import Given
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.rich_text import RichText
from orgs.enums import Role
from orgs.fields import UnitField, UnitsField
from orgs.models import Post, Unit
from seminars.authority import MANAGE_CALL, MANAGE_SEMINAR, TELL_UPTAKE
from seminars.enums import PaperKind, ReplyKind, TopicLevel, UptakeKind
from seminars.models import AwardTier, Call, Expert, Paper, Seminar, StudyTopic
from seminars.services.papers import MOST_AUTHORS, Proposal

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
_TIER = re.compile(r"^(.{1,20}?)[\s:：,，]*(\d{1,3})\s*[名个篇]?$")


def _long(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class TopicForm(forms.Form):
    title = forms.CharField(label="课题名称", max_length=80)
    leader = forms.CharField(label="负责人", max_length=40, help_text="一人同时只能负责一个课题。")
    members = forms.CharField(label="课题组成员", max_length=200, required=False)
    question = forms.CharField(
        label="要解决的问题", max_length=800, widget=_long(4), help_text="问题从哪里来，难在哪里。"
    )
    method = forms.CharField(label="研究办法和分工", max_length=1200, widget=_long(5))
    outcome = forms.CharField(
        label="预期成果", max_length=200, help_text="例如“调研报告一篇、工作办法一份”。"
    )

    @classmethod
    def initial_of(cls, topic: StudyTopic) -> dict[str, Any]:
        return {name: getattr(topic, name) for name in cls.base_fields}


class ApproveForm(forms.Form):
    level = forms.ChoiceField(label="级别", choices=TopicLevel.choices, initial=TopicLevel.GENERAL)
    due_on = forms.DateField(label="结题时限", widget=_DAY)
    reason = forms.CharField(label="立项意见", max_length=500, widget=_long(3), required=False)


class ReportForm(forms.Form):
    text = forms.CharField(label="报告", max_length=3000, widget=_long(10))


class ExtensionForm(forms.Form):
    until = forms.DateField(label="延至", widget=_DAY)
    reason = forms.CharField(label="理由", max_length=500, widget=_long(3))


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label="审批",
        choices=[("yes", "同意延期"), ("no", "不同意")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="意见", max_length=500, widget=_long(2), required=False)


class TiersField(forms.CharField):
    """Prizes as people write them: 一等奖 1, one a line, the best first."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value))
        found: list[tuple[str, int]] = []
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            match = _TIER.match(line.strip())
            if match is None or not int(match[2]):
                raise forms.ValidationError(f"第{number}行看不懂：请写奖项和名额，例如“一等奖 2”。")
            found.append((match[1].strip(), int(match[2])))
        if len({label for label, _ in found}) < len(found):
            raise forms.ValidationError("奖项名称有重复，请改正。")
        return found


class CallForm(forms.Form):
    title = forms.CharField(label="征文名称", max_length=80)
    guide = forms.CharField(
        label="选题指南", max_length=2000, widget=_long(6), help_text="每行一个选题，也可写要求。"
    )
    closes_on = forms.DateField(label="截稿日期", widget=_DAY)
    corrections_until = forms.DateField(
        label="修改截止",
        widget=_DAY,
        required=False,
        help_text="截稿后仍可修改已交论文的最后一天，不填即同截稿。",
    )
    shortest = forms.IntegerField(label="最少字数", min_value=1, max_value=100_000, initial=2000)
    longest = forms.IntegerField(label="最多字数", min_value=1, max_value=100_000, initial=8000)
    unit_quota = forms.IntegerField(label="每单位限报篇数", min_value=1, max_value=50, initial=2)
    experts_each = forms.IntegerField(label="每篇评委人数", min_value=2, max_value=15, initial=3)
    drops_extremes = forms.BooleanField(
        label="去掉最高分和最低分", required=False, initial=True, help_text="评委少于五人时不去。"
    )
    criteria = forms.ModelChoiceField(
        label="评分标准",
        queryset=QuestionnaireVersion.objects.none(),
        empty_label="请选择",
        help_text="在“问卷和检查表”中编制，用途选“论文评审”。",
    )
    tiers = TiersField(label="奖项和名额", help_text="每行一个，从高到低，例如“一等奖 2”。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["criteria"]
        field.queryset = versions_in_use(Purpose.REVIEW)

    @classmethod
    def initial_of(cls, call: Call) -> dict[str, Any]:
        values = {name: getattr(call, name) for name in cls.base_fields if name != "tiers"}
        tiers = "\n".join(f"{tier.label} {tier.places}" for tier in call.tiers.all())
        return {**values, "tiers": tiers}


class AuthorsField(forms.CharField):
    """Authors in the order of signing; one of another unit with the unit after a space."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value))
        found: list[tuple[str, str]] = []
        for line in text.replace("、", "\n").splitlines():
            name, _, unit = line.strip().replace("　", " ").partition(" ")
            if name:
                found.append((name, unit.strip()))
        if len(found) > MOST_AUTHORS:
            raise forms.ValidationError(f"作者最多 {MOST_AUTHORS} 人，请按贡献署名。")
        if any(len(name) > 40 for name, _ in found):
            raise forms.ValidationError("姓名不能超过 40 字，每行请只填一人。")
        return found


class PaperForm(forms.Form):
    title = forms.CharField(label="题目", max_length=100)
    kind = forms.ChoiceField(label="类别", choices=PaperKind.choices, initial=PaperKind.SURVEY)
    topic = forms.ModelChoiceField(
        label="所属课题",
        queryset=StudyTopic.objects.none(),
        required=False,
        empty_label="不属于课题",
    )
    authors = AuthorsField(
        label="作者",
        required=False,
        max_length=400,
        help_text="每行一人，按署名次序；外单位作者在姓名后空一格写单位全称。",
    )
    abstract = forms.CharField(label="摘要", max_length=400, widget=_long(3), required=False)
    body = forms.CharField(
        label="正文",
        required=False,
        max_length=2_000_000,
        widget=RichText,
        help_text="可从 Word、WPS 粘贴，保留标题、列表和表格；图片不进正文。",
    )
    is_for_bulletin = forms.BooleanField(
        label="可压缩为信息稿", required=False, help_text="同意办公室改写成信息稿件，署原作者。"
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["topic"]
        field.queryset = StudyTopic.objects.filter(unit=unit).exclude(number="")

    def clean(self) -> dict[str, Any]:
        """Co-authors of other units by the name of the unit, which must be there once."""
        values: dict[str, Any] = super().clean() or {}
        named = {unit for _, unit in values.get("authors", []) if unit}
        known: dict[str, list[int]] = {}
        for pk, name in Unit.objects.filter(name__in=named, closed_on=None).values_list(
            "pk", "name"
        ):
            known.setdefault(name, []).append(pk)
        for name in sorted(named):
            if len(known.get(name, [])) != 1:
                problem = "有多个" if name in known else "没有"
                self.add_error("authors", f"{problem}叫“{name}”的单位，请写单位全称。")
        values["author_units"] = {name: keys[0] for name, keys in known.items()}
        return values

    @staticmethod
    def initial_of(paper: Paper) -> dict[str, Any]:
        authors = [
            author.name if author.unit_id == paper.unit_id else f"{author.name} {author.unit.name}"
            for author in paper.authors.select_related("unit")
        ]
        return {
            "title": paper.title,
            "kind": paper.kind,
            "topic": paper.topic_id,
            "authors": "\n".join(authors),
            "abstract": paper.abstract,
            "body": paper.body,
            "is_for_bulletin": paper.is_for_bulletin,
            "revision": paper.revision,
        }


class BlindForm(forms.Form):
    """Words to take out: those the tree proposes, and what the reader finds beside."""

    more = forms.CharField(
        label="还要隐去的词", required=False, max_length=500, widget=_long(3),
        help_text="每行一个，例如项目名称、领导姓名、本地地名。",
    )  # fmt: skip

    def __init__(self, *args: Any, proposals: Sequence[Proposal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fixed = [one for one in proposals if one.is_fixed]
        free = [one for one in proposals if not one.is_fixed]
        self.fixed = fixed
        if free:
            self.fields["words"] = forms.MultipleChoiceField(
                label="建议隐去",
                choices=[(one.word, f"{one.word}（{one.why}）") for one in free],
                initial=[one.word for one in free],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.order_fields(["words", "more"])

    def chosen(self) -> list[str]:
        more = self.cleaned_data["more"].splitlines()
        return [*self.cleaned_data.get("words", []), *(word.strip() for word in more)]


class PostChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title}（{obj.unit.name}）"


class ExpertForm(forms.Form):
    post = PostChoice(label="评委职务", queryset=Post.objects.none(), empty_label="请选择")
    name = forms.CharField(label="姓名", max_length=40)
    works_at = UnitField(
        label="工作单位",
        permission=MANAGE_CALL,
        required=False,
        help_text="用来回避本单位和上下级单位的论文；外请专家可不选。",
    )
    field = forms.CharField(label="擅长方面", max_length=60, required=False)

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["works_at"].offer(units)  # type: ignore[attr-defined]
        field: Any = self.fields["post"]
        field.queryset = Post.objects.filter(role=Role.EXPERT).select_related("unit")


class AssignForm(forms.Form):
    expert = forms.ModelChoiceField(
        label="评委", queryset=Expert.objects.none(), empty_label="请选择"
    )
    reason = forms.CharField(
        label="理由", max_length=300, required=False, widget=_long(2),
        help_text="评委应当回避而确需指派的，必填。",
    )  # fmt: skip

    def __init__(self, *args: Any, experts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["expert"]
        field.queryset = experts


class ReviewForm(forms.Form):
    """The criteria as fields, and a word at the end."""

    def __init__(self, *args: Any, questions: Iterable[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(questions)
        for question in self.questions:
            self.fields[f"q{question.pk}"] = _field_of(question)
        self.fields["opinion"] = forms.CharField(
            label="评语", max_length=1000, required=False, widget=_long(4),
            help_text="优点、不足和修改建议；公布后不署名转告作者。",
        )  # fmt: skip

    def answers(self) -> dict[int, Given]:
        return {
            question.pk: Given(str(self.cleaned_data.get(f"q{question.pk}") or ""))
            for question in self.questions
        }


def _field_of(question: Question) -> forms.Field:
    weight = f"（{question.weight.normalize():f}分）" if question.weight else ""
    common: dict[str, Any] = {
        "label": f"{question.position}. {question.text}{weight}",
        "help_text": question.hint,
        # A half-filled sheet can be kept; what is missing is told on handing in.
        "required": False,
    }
    if question.kind in {QuestionKind.YES_NO, QuestionKind.SCALE, QuestionKind.CHOICE}:
        return forms.ChoiceField(choices=choices_of(question), widget=forms.RadioSelect, **common)
    if question.kind == QuestionKind.DATE:
        return forms.DateField(widget=_DAY, **common)
    if question.kind == QuestionKind.NUMBER:
        return forms.CharField(max_length=20, **common)
    return forms.CharField(max_length=1000, widget=_long(3), **common)


class RemarkForm(forms.Form):
    text = forms.CharField(label="评议意见", max_length=500, widget=_long(3))


class AnnounceForm(forms.Form):
    until = forms.DateField(label="公示截止", widget=_DAY, help_text="不少于五个工作日。")


class PrizeForm(forms.Form):
    tier = forms.ModelChoiceField(
        label="奖项", queryset=AwardTier.objects.none(), required=False, empty_label="不获奖"
    )
    reason = forms.CharField(
        label="调整理由", max_length=300, widget=_long(3), help_text="公示时一并列出。"
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["tier"]
        field.queryset = call.tiers.all()


class ObjectForm(forms.Form):
    text = forms.CharField(label="异议内容", max_length=500, widget=_long(5))


class AnswerObjectionForm(forms.Form):
    decision = forms.ChoiceField(
        label="处理",
        choices=[("no", "异议不成立，维持结果"), ("yes", "异议成立，取消奖项")],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label="核实情况", max_length=500, widget=_long(4))


class UptakeForm(forms.Form):
    unit = UnitField(label="采纳单位", permission=TELL_UPTAKE)
    kind = forms.ChoiceField(label="采纳方式", choices=UptakeKind.choices)
    document = forms.CharField(
        label="文件或会议", max_length=100, help_text="例如“职工议事制度（试行）”。"
    )
    document_number = forms.CharField(label="文号", max_length=60, required=False)
    adopted_on = forms.DateField(label="采纳日期", widget=_DAY)
    what = forms.CharField(label="采纳了什么", max_length=500, widget=_long(3))

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class SeminarForm(forms.Form):
    title = forms.CharField(label="名称", max_length=80)
    call = forms.ModelChoiceField(
        label="对应征文", queryset=Call.objects.none(), required=False, empty_label="没有对应征文"
    )
    starts_at = forms.DateTimeField(label="开始时间", widget=_MOMENT)
    ends_at = forms.DateTimeField(label="结束时间", widget=_MOMENT)
    place = forms.CharField(label="地点", max_length=80)
    notice = forms.CharField(
        label="通知内容", max_length=1000, widget=_long(4), required=False,
        help_text="会议要求、着装、材料等；时间、地点和议程会自动列出。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["call"]
        field.queryset = Call.objects.all()

    @classmethod
    def initial_of(cls, seminar: Seminar) -> dict[str, Any]:
        return {name: getattr(seminar, name) for name in cls.base_fields}


class ItemForm(forms.Form):
    title = forms.CharField(label="议程", max_length=120)
    speaker = forms.CharField(label="发言人", max_length=80, required=False)
    minutes = forms.IntegerField(label="分钟", min_value=1, max_value=480, initial=10)


class InviteForm(forms.Form):
    units = UnitsField(label="参会单位", permission=MANAGE_SEMINAR)

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].offer(units)  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    reply = forms.ChoiceField(
        label="回复",
        choices=[(ReplyKind.COMING, "参加"), (ReplyKind.ABSENT, "不参加")],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label="参会人", max_length=40, required=False)
    duty = forms.CharField(label="职务", max_length=60, required=False)
    remark = forms.CharField(label="说明", max_length=200, required=False)


class RecordForm(forms.Form):
    text = forms.CharField(label="讨论记录", max_length=8000, widget=_long(14), required=False)
