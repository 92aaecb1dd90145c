"""Side doors: search, filters, sort keys, choices of forms, tasks and caches."""

from __future__ import annotations

import inspect
import re
from typing import Any

import django_filters
import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from gongjian.celery import app as celery_app
from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.foundation.tenancy.tasks import celery_task
from gongjian.foundation.web.pages import ListPage
from gongjian.schedule import BEAT_TABLE
from tests.architecture.test_house import our_sources
from tests.matrix.actors import _written
from tests.matrix.oracles import marks_in
from tests.matrix.test_matrix import ROUTES, browsers, holders
from tests.matrix.world import SEATS, World

__all__ = ["browsers"]

LISTS = [route for route in ROUTES if issubclass(route.view, ListPage)]
#: Lookups and columns that no address may reach, and text that must stay text.
STRANGE = (
    "tenant__code",
    "tenant_id",
    "user__password",
    "unit__tenant__name",
    "-pk;drop table orgs_unit",
    "pk) or (1=1",
    "__class__",
    "\x00",
    "9" * 400,
    "％_\\",
)


def _foreign(field: Any, world: World) -> list[str]:
    """Values for one filter: the other tenant's row where it wants a row, and odd texts."""
    if isinstance(field, (forms.ModelChoiceField, forms.ModelMultipleChoiceField)):
        return [str(world.there.row(field.queryset.model, "hongqi"))]
    return ["q~B", str(world.there.units["hongqi"].pk), *STRANGE[:2], STRANGE[-3], STRANGE[-1]]


@pytest.mark.slow
@pytest.mark.parametrize("route", LISTS, ids=lambda route: route.name)
def test_filters_and_search_find_nothing_of_another_tenant(route, world: World, browsers):
    wrong = []
    key = holders(route, world.here)[-1]
    address = next(route.addresses(world.here, SEATS[key][0]))
    filters: type[django_filters.FilterSet] | None = route.view.filterset_class
    fields = {} if filters is None else filters(queryset=route_rows(route)).form.fields
    tries = [{name: value} for name in fields for value in _foreign(fields[name], world)]
    for asked in tries:
        answer = browsers[key].ask("get", address, asked, HTTP_HX_REQUEST="true")
        # What one typed is said back; a number after it would come from a row.
        if answer.status >= 500 or any(letter == "B" for letter, _ in marks_in(answer)):
            wrong.append(f"{key} {address} {asked}: {answer.status}")
    assert wrong == []


def route_rows(route: Any) -> Any:
    model = route.view.filterset_class._meta.model
    return model._base_manager.all() if model is not None else None


@pytest.mark.slow
@pytest.mark.parametrize("route", LISTS, ids=lambda route: route.name)
def test_sort_keys_reach_no_column_but_those_of_the_table(route, world: World, browsers):
    key = holders(route, world.here)[-1]
    address = next(route.addresses(world.here, SEATS[key][0]))
    names = [*route.view.table_class.base_columns, *STRANGE]
    wrong = []
    for name in names:
        for asked in ({"sort": name}, {"sort": f"-{name}", "page": "99999"}):
            answer = browsers[key].ask("get", address, asked, HTTP_HX_REQUEST="true")
            if answer.status >= 500 or any(letter == "B" for letter, _ in marks_in(answer)):
                wrong.append(f"{address} {asked}: {answer.status}")
    assert wrong == []


FORMS = [route for route in ROUTES if hasattr(route.view, "get_form")]


@pytest.mark.slow
@pytest.mark.parametrize("route", FORMS, ids=lambda route: route.name)
def test_no_form_takes_a_row_of_another_tenant(route, world: World, browsers):
    """Each field that names a row refuses the other tenant's."""
    taken = []
    for key in holders(route, world.here):
        for address in route.addresses(world.here, SEATS[key][0]):
            answer = browsers[key].ask("get", address)
            context = getattr(answer.response, "context_data", None) or {}
            form = context.get("form")
            for name, field in getattr(form, "fields", {}).items():
                if isinstance(field, forms.ModelChoiceField) and takes(field, world):
                    taken.append(f"{key} {address} {name}")
    assert taken == []


def takes(field: forms.ModelChoiceField, world: World) -> bool:
    if field.queryset is None:
        return False
    foreign: Any = world.there.row(field.queryset.model, "hongqi")
    several = isinstance(field, forms.ModelMultipleChoiceField)
    with tenant_scope(world.here.tenant.pk), transaction.atomic():
        try:
            found = field.clean([foreign] if several else foreign)
        except ValidationError:
            return False
        return bool(found)


# --- tasks ------------------------------------------------------------------------------

#: Argument of a task → the row it names; the others are plain words and numbers.
ROWS_OF_TASKS = {
    "mail_id": "bulletins.IssueMail",
    "document_id": "documents.OfficialDocument",
    "job_id": "documents.ReportJob",
    "run_id": "assessments.Run",
    "scheme_id": "assessments.Scheme",
}
#: Goes on with the next rule when one fails; without a tenant all of them do.
GOES_ON = {"notices.find_due_in_tenant"}
PLAIN = {"mechanism": "bulletins", "year": 2026}


def tenant_tasks() -> dict[str, Any]:
    celery_app.loader.import_default_modules()
    return {
        name: task
        for name, task in celery_app.tasks.items()
        if task.run.__qualname__.startswith("tenant_task.")
    }


def strays() -> list[str]:
    """Tasks that neither receive a tenant nor are a tick of the beat table."""
    ticks = {entry["task"] for entry in BEAT_TABLE.values()}
    ours = {name for name in celery_app.tasks if not name.startswith("celery.")}
    return sorted(ours - set(tenant_tasks()) - ticks)


def test_every_task_works_for_one_tenant_or_is_a_tick():
    assert strays() == []


def test_a_task_without_a_tenant_is_found():
    @celery_task(name="tests.reads_everything")
    def reads_everything() -> None:
        """What somebody in a hurry writes."""

    try:
        assert strays() == ["tests.reads_everything"]
    finally:
        celery_app.tasks.pop("tests.reads_everything")


def arguments_of(name: str) -> list[str]:
    run = inspect.unwrap(tenant_tasks()[name].run)
    function = inspect.getclosurevars(run).nonlocals["function"]
    return list(inspect.signature(function).parameters)


@pytest.mark.parametrize("name", sorted(tenant_tasks()))
def test_a_task_does_nothing_with_a_row_of_another_tenant(name: str, world: World):
    wanted = arguments_of(name)
    unknown = set(wanted) - set(ROWS_OF_TASKS) - set(PLAIN)
    assert unknown == set(), "say in ROWS_OF_TASKS which row the argument names"
    if not set(wanted) & set(ROWS_OF_TASKS):
        pytest.skip("the task is given no row")
    arguments = {
        key: world.there.row(apps.get_model(ROWS_OF_TASKS[key]), "hongqi")
        if key in ROWS_OF_TASKS
        else PLAIN[key]
        for key in wanted
    }
    with transaction.atomic():
        before = _written()
        tenant_tasks()[name].apply(args=(world.here.tenant.pk, arguments), throw=False)
        assert _written() == before
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", sorted(tenant_tasks()))
def test_a_task_without_its_tenant_is_refused(name: str, world: World):
    arguments = {key: PLAIN.get(key, 1) for key in arguments_of(name)}
    with transaction.atomic():
        before = _written()
        done = tenant_tasks()[name].apply(args=(None, arguments), throw=False)
        assert done.failed() or name in GOES_ON, name
        assert _written() == before
        transaction.set_rollback(True)


# --- caches -----------------------------------------------------------------------------

#: Modules that keep something in the process from one request to the next, and what.
KEPT_IN_THE_PROCESS = {
    "gongjian/commons/documents/certificates.py": "layouts by their text",
    "gongjian/commons/documents/rendering/engine.py": "style sheets and fonts",
    "gongjian/commons/documents/rendering/sources.py": "files of the product",
    "gongjian/commons/identity/passwords.py": "the list of common passwords that comes with Django",
    "responsibilities/queries/duty_rates.py": "within one call",
}


def test_nothing_of_a_tenant_is_kept_in_a_cache():
    """No module uses Django's cache; the few process caches hold nothing of a tenant."""
    users, keepers = [], set()
    for path in our_sources():
        text = path.read_text(encoding="utf-8")
        inside = path.relative_to(settings.BASE_DIR).as_posix()
        if "django.core.cache" in text and "settings" not in inside:
            users.append(inside)
        if re.search(r"^\s*@(lru_)?cache\b", text, re.MULTILINE):
            keepers.add(inside)
    assert users == []
    assert keepers == set(KEPT_IN_THE_PROCESS)
