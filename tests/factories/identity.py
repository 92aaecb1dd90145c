"""What identity keeps, made by the services."""

from __future__ import annotations

from gongjian.commons.identity.models import SignInRules
from gongjian.commons.identity.services import enter_for_support, invite, make_token, set_rules
from orgs.models import Post
from orgs.services import create_post
from tests.factories.orgs import UserFactory

WORDS = "云岭观澜-Xk7"


def make_invitation(cast, *, title: str = "副书记", days: int = 3):
    """An invitation to a new post of the village, and the key of its link."""
    post = create_post(cast.hongqi, actor=cast.administrator, title=title, role="secretary")
    return invite(post, actor=cast.administrator, person_name="林晓", days=days)


def make_access_token(cast, *, actor=None, scopes=("web.enter", "orgs.view_unit"), days: int = 30):
    return make_token(actor=actor or cast.office, name="数据共享平台", scopes=scopes, days=days)


def choose_rules(cast, **values) -> SignInRules:
    chosen = {"profile": "plain", "idle_minutes": 30, "longest_hours": 12, "words": "", **values}
    return set_rules(actor=cast.security, **chosen)


def make_operator():
    return UserFactory(username="ops", person_name="平台运维李工", is_staff=True)


def make_support(cast, operator=None, *, hours: int = 1):
    return enter_for_support(
        cast.tenant,
        operator=operator or make_operator(),
        reason="核查红旗村季报不能提交的问题",
        ticket="GD-1024",
        hours=hours,
    )


def post_of(actor) -> Post:
    return Post.objects.get(pk=actor.post_id)
