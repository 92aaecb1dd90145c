"""The matrix must be able to fail: each lock and each check is broken once, and it tells."""

from __future__ import annotations

from contextlib import ExitStack
from types import ModuleType

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from gongjian.commons.identity import refusals
from gongjian.foundation.web.pages import Page, RecordsMixin
from orgs.models import Unit
from publicity.models import Outlet
from responsibilities.models import AnnualPlan
from tests.architecture.test_house import (
    test_every_tenant_table_has_forced_row_security_and_its_policy as policies_stand,
)
from tests.matrix import test_matrix as matrix
from tests.matrix.locks import without_managers, without_policy, without_row_security
from tests.matrix.routes import NoContract, addresses
from tests.matrix.test_matrix import browsers
from training.models import Teacher

__all__ = ["browsers"]

ROUTES = {route.name: route for route in matrix.ROUTES}
#: A page of each table, read by the office or the leader of the whole tenant.
PAGES = {
    Unit: "orgs:unit_detail",
    AnnualPlan: "responsibilities:annualplan_detail",
    Outlet: "publicity:outlet_edit",
    Teacher: "training:teacher_detail",
}
TABLES = pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)


@TABLES
def test_a_dropped_policy_is_found(model, world, browsers):
    """First by the catalog, then by the pass without managers."""
    with without_policy(model):
        with pytest.raises(AssertionError):
            policies_stand(None)
        with pytest.raises(pytest.fail.Exception):
            matrix.test_each_lock_holds_alone(
                ROUTES[PAGES[model]], "without managers", world, browsers
            )
    policies_stand(None)


@TABLES
def test_an_unscoped_manager_is_found(model, world, browsers, monkeypatch):
    """By the pass without row security."""
    monkeypatch.setitem(matrix.LOCKS, "one manager less", lambda: _one_manager_less(model))
    with pytest.raises(pytest.fail.Exception):
        matrix.test_each_lock_holds_alone(ROUTES[PAGES[model]], "one manager less", world, browsers)


def _one_manager_less(model):
    stack = ExitStack()
    stack.enter_context(without_row_security())
    stack.enter_context(without_managers(model))
    return stack


def test_a_refusal_that_nobody_notes_is_found(world, browsers, monkeypatch):
    route = ROUTES["orgs:unit_detail"]
    matrix.test_rows_of_another_tenant_do_not_exist(route, world, browsers)
    monkeypatch.setattr(refusals, "_refused", lambda *_: "")
    with pytest.raises(pytest.fail.Exception, match="the trail does not tell of it"):
        matrix.test_rows_of_another_tenant_do_not_exist(route, world, browsers)


def test_a_lost_reach_is_found(world, browsers, monkeypatch):
    monkeypatch.setattr(RecordsMixin, "get_queryset", lambda page: page.queryset.all())
    with pytest.raises(pytest.fail.Exception):
        matrix.test_rows_of_another_branch_do_not_exist_either(
            ROUTES["meetings:answer"], world, browsers
        )


def test_a_lost_permission_is_found(world, browsers, monkeypatch):
    route = ROUTES["orgs:role_matrix"]

    def dispatch(page, request, *args, **kwargs):
        with transaction.atomic():
            response = super(Page, page).dispatch(request, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response

    monkeypatch.setattr(Page, "dispatch", dispatch)
    with pytest.raises(pytest.fail.Exception):
        matrix.test_a_page_is_there_for_those_who_hold_its_permission_alone(route, world, browsers)


def naked(request):
    return HttpResponse("anything")


class Undeclared(Page, base=True):
    """A page that names no permission; it escapes the class's own check as a base."""


class WithStrangePart(Page):
    permission = "web.enter"


def test_an_address_without_a_contract_is_refused(monkeypatch):
    for pattern in (
        path("naked/", naked, name="naked"),
        path("undeclared/", Undeclared.as_view(), name="undeclared"),
    ):
        with override_settings(ROOT_URLCONF=_addresses_of(pattern)), pytest.raises(NoContract):
            addresses()


def test_a_part_of_an_address_that_names_nothing_known_is_refused(world):
    pattern = path("<int:pk>/<slug:colour>/", WithStrangePart.as_view(), name="strange")
    with override_settings(ROOT_URLCONF=_addresses_of(pattern)):
        (route,) = addresses().pages
        with pytest.raises(NoContract):
            route.model
        with pytest.raises(NoContract):
            route._values("colour", world.here, "hongqi")


def _addresses_of(pattern):
    module = ModuleType("addresses_of_a_test")
    module.urlpatterns = [pattern]
    return module
