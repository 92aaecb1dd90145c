"""三员分立: in the service, in the database, and under two requests at once."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Appointment, Post, User
from orgs.services import appoint, create_post, end_appointment
from tests.factories.cast import build_cast
from tests.factories.orgs import UserFactory

THREE = {"administrator": "系统管理员", "security": "安全管理员", "auditor": "审计管理员"}


def user_of(actor) -> User:
    return User.objects.get(pk=actor.user_id)


@pytest.mark.parametrize(("first", "second"), list(permutations(THREE, 2)))
def test_no_one_holds_two_of_the_three(cast, first, second):
    person = user_of(getattr(cast, first))
    post = Post.objects.get(pk=getattr(cast, second).post_id)
    with pytest.raises(DomainError, match=f"已担任{THREE[first]}"):
        appoint(post, actor=cast.administrator, user=person)
    with pytest.raises(IntegrityError, match="one of the three"), transaction.atomic():
        Appointment.objects.create(post=post, user=person, starts_on=today())


def test_after_the_end_of_one_the_other_may_begin(cast):
    term = Appointment.objects.get(pk=cast.auditor.appointment_id)
    Appointment.objects.filter(pk=term.pk).update(starts_on=today() - timedelta(days=30))
    end_appointment(term, actor=cast.administrator, ends_on=today() - timedelta(days=1))
    post = Post.objects.get(pk=cast.security.post_id)
    assert appoint(post, actor=cast.administrator, user=term.user).pk
    # And the first cannot be stretched over it again.
    with pytest.raises(IntegrityError, match="one of the three"), transaction.atomic():
        Appointment.objects.filter(pk=term.pk).update(ends_on=None)


def test_other_posts_beside_one_of_the_three_are_no_matter(cast):
    post = create_post(cast.hongqi, actor=cast.administrator, title="委员", role="viewer")
    assert appoint(post, actor=cast.administrator, user=user_of(cast.auditor)).pk


def test_a_post_that_was_held_does_not_become_one_of_the_three(cast):
    posts = Post.objects.filter(pk=cast.office.post_id)
    with pytest.raises(IntegrityError, match="keeps its role"), transaction.atomic():
        posts.update(role="auditor")
    with pytest.raises(IntegrityError, match="keeps its role"), transaction.atomic():
        Post.objects.filter(pk=cast.auditor.post_id).update(role="office")


@pytest.mark.django_db(transaction=True)
def test_of_two_such_appointments_at_once_one_is_refused():
    with transaction.atomic():
        cast = build_cast()
    person = UserFactory()
    barrier, outcome = Barrier(2), []

    def try_to_seat(actor) -> None:
        barrier.wait()
        try:
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                Appointment.objects.create(post_id=actor.post_id, user=person, starts_on=today())
            outcome.append("seated")
        except IntegrityError:
            outcome.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=try_to_seat, args=(who,)) for who in (cast.auditor, cast.security)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcome) == ["refused", "seated"]
