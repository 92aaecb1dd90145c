"""Input of the chain: sending, answering, handing on, and the routes themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from gongjian.commons.documents.authority import SIGN_OFF_DOCUMENT, TAKE_PART
from gongjian.commons.documents.enums import Answer, SignOffAct
from gongjian.commons.documents.models import SignOffRoute, SignOffTurn
from gongjian.commons.documents.routes import (
    MOST_READERS,
    RoutePlan,
    post_labels,
    posts_that_may,
)
from gongjian.foundation.kernel.actor import Actor
from orgs.models import Post

READERS = tuple(f"reviewer_{number}" for number in range(1, MOST_READERS + 1))


def _pick(placeholder: str) -> dict[str, str]:
    return {"data-pick": "", "data-placeholder": placeholder}


class PostChoice(forms.ModelChoiceField):
    """A post, shown with the people who hold it."""

    labels: dict[int, str]

    def label_from_instance(self, obj: Any) -> str:
        return self.labels.get(obj.pk, str(obj))


class PostsChoice(forms.ModelMultipleChoiceField):
    labels: dict[int, str]

    def label_from_instance(self, obj: Any) -> str:
        return self.labels.get(obj.pk, str(obj))


def _offer(field: Any, posts: QuerySet[Post]) -> None:
    field.queryset = posts
    field.labels = post_labels(list(posts))


class SubmitForm(forms.Form):
    """What goes with a draft on its way."""

    joint = PostsChoice(
        label="另请会签",
        queryset=Post.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs=_pick("可不选")),
        help_text="联合行文的机关，或本文涉及的成员单位。与流程中的会签同时进行。",
    )
    words = forms.CharField(
        label="送审说明",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="如需审签人留意之处，可不填。",
    )

    def __init__(self, *args: Any, seated: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["joint"], posts_that_may(TAKE_PART).exclude(pk__in=seated))


class TurnForm(forms.Form):
    """The answer of the one whose turn it is."""

    answer = forms.ChoiceField(label="结论", widget=forms.RadioSelect)
    opinion = forms.CharField(
        label="意见",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="退回修改的，须写明要改什么；起草人会看到。",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, turn: SignOffTurn, **kwargs: Any) -> None:
        kwargs["initial"] = {"answer": Answer.AGREED, "revision": turn.document.revision}
        super().__init__(*args, **kwargs)
        agree = "同意签发" if turn.act == SignOffAct.SIGN else "同意"
        answer: Any = self.fields["answer"]
        answer.choices = [(Answer.AGREED.value, agree), (Answer.RETURNED.value, "退回修改")]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("answer") == Answer.RETURNED and not data.get("opinion", "").strip():
            self.add_error("opinion", "退回修改须写明理由，请说明要改什么。")
        return data


class DelegateForm(forms.Form):
    """To whom a turn is handed on, and why."""

    post = PostChoice(
        label="转请办理的职务",
        queryset=Post.objects.none(),
        empty_label="请选择",
        widget=forms.Select(attrs=_pick("请选择")),
    )
    reason = forms.CharField(
        label="原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="如“本周外出”，对方和起草人会看到。",
    )

    def __init__(self, *args: Any, turn: SignOffTurn, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        permission = SIGN_OFF_DOCUMENT if turn.act == SignOffAct.SIGN else TAKE_PART
        _offer(self.fields["post"], posts_that_may(permission).exclude(pk=actor.post_id or 0))


class RouteForm(forms.Form):
    """Who reads, countersigns and signs one kind of document."""

    reviewer_1 = PostChoice(
        label="第一道核稿", queryset=Post.objects.none(), required=False, empty_label="不设"
    )
    reviewer_2 = PostChoice(
        label="第二道核稿", queryset=Post.objects.none(), required=False, empty_label="不设"
    )
    reviewer_3 = PostChoice(
        label="第三道核稿", queryset=Post.objects.none(), required=False, empty_label="不设"
    )
    countersigners = PostsChoice(
        label="会签",
        queryset=Post.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs=_pick("可不选")),
        help_text="同时送达，全部同意后才往下走。每份公文送审时还可以另加。",
    )
    signer = PostChoice(
        label="签发",
        queryset=Post.objects.none(),
        required=False,
        empty_label="任一有签发权的领导",
    )
    is_direct = forms.BooleanField(label="不经核稿、会签，起草后直接签发", required=False)

    def __init__(self, *args: Any, route: SignOffRoute | None, **kwargs: Any) -> None:
        if route is not None:
            kwargs["initial"] = _initial(route)
        super().__init__(*args, **kwargs)
        posts = posts_that_may(TAKE_PART)
        labels = post_labels(list(posts))
        for name in (*READERS, "countersigners"):
            field: Any = self.fields[name]
            field.queryset, field.labels = posts, labels
        _offer(self.fields["signer"], posts_that_may(SIGN_OFF_DOCUMENT))

    def plan(self) -> RoutePlan:
        data = self.cleaned_data
        return RoutePlan(
            is_direct=data["is_direct"],
            reviewers=[data[name] for name in READERS if data[name]],
            countersigners=list(data["countersigners"]),
            signer=data["signer"],
        )


def _initial(route: SignOffRoute) -> dict[str, Any]:
    seats = list(route.seats.order_by("stage", "pk"))
    readers = [seat.post_id for seat in seats if seat.act == SignOffAct.REVIEW]
    signers = [seat.post_id for seat in seats if seat.act == SignOffAct.SIGN]
    return {
        "is_direct": route.is_direct,
        **dict(zip(READERS, readers, strict=False)),
        "countersigners": [seat.post_id for seat in seats if seat.act == SignOffAct.COUNTERSIGN],
        "signer": signers[0] if signers else None,
    }
