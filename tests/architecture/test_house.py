"""Contracts that keep the house standing; each replaces a paragraph of advice."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.urls import URLPattern, URLResolver, get_resolver

from gongjian.celery import app as celery_app
from gongjian.foundation.kernel.authority import authorities
from gongjian.foundation.tenancy.models import TenantOwned
from gongjian.foundation.web.pages import ListPage, Page
from gongjian.foundation.web.shelves import GROUPS, dashboard_cards, navigation
from gongjian.foundation.workflow.lifecycle import Stateful
from gongjian.schedule import BEAT_TABLE

ROOT = Path(settings.BASE_DIR)
OUR_FOLDERS = (
    "gongjian",
    "orgs",
    "responsibilities",
    "assessments",
    "bulletins",
    "seminars",
    "commendations",
    "inspections",
    "meetings",
    "training",
    "publicity",
    "ledger",
)
#: Tables of all tenants; everything else must be tenant-owned.
GLOBAL_MODELS = {
    "orgs.Tenant",
    "orgs.User",
    "orgs.Membership",
    "calendar.CalendarDay",
    "tenancy.OutboxMessage",
    "identity.EnterpriseDirectory",
    "identity.EnterpriseMember",
    "identity.SignInRules",
    "identity.SignInTry",
}
#: Addresses that a visitor without an account may open, or that another package guards.
OPEN_URLS = {
    "calendars:feed",
    "documents:verify",
    "documents:verify_form",
    "honours:verify",
    "honours:verify_form",
    "identity:enterprise_begin",
    "identity:enterprise_end",
    "identity:join",
    "identity:support_enter",
    "identity:support_leave",
    "api:whoami",
    "v1:schema",
    "v1:docs",
    "v1:units",
    "v1:unit",
    "v1:periods",
    "v1:period",
    "v1:targets",
    "v1:target",
    "v1:follow_ups",
    "v1:follow_up",
    "v1:receive",
    "v1:report",
    "v1:clear",
    "v1:send_back",
    "v1:documents",
    "v1:document",
    "v1:document_file",
    "v1:returns",
    "v1:return",
    "v1:return_submit",
    "v1:reviews",
    "v1:review",
    "v1:review_accept",
    "v1:review_send_back",
    "publicity:public",
    "training:verify",
    "training:verify_form",
}
FOREIGN_NAMESPACES = ("admin",)


def our_sources(*, migrations: bool = False) -> list[Path]:
    return [
        path
        for folder in OUR_FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if migrations or "migrations" not in path.parts
    ]


def our_models() -> list[type[models.Model]]:
    names = {
        config.label for config in apps.get_app_configs() if config.name.startswith(OUR_FOLDERS)
    }
    return [model for model in apps.get_models() if model._meta.app_label in names]


def tenant_models() -> list[type[models.Model]]:
    return [model for model in our_models() if issubclass(model, TenantOwned)]


def our_patterns() -> list[tuple[str, URLPattern]]:
    found: list[tuple[str, URLPattern]] = []

    def walk(resolver: URLResolver, namespace: str) -> None:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                inner = entry.namespace or namespace
                if inner in FOREIGN_NAMESPACES or "allauth" in str(entry.urlconf_name):
                    continue
                walk(entry, inner)
            else:
                found.append((f"{namespace}:{entry.name}" if namespace else str(entry.name), entry))

    walk(get_resolver(), "")
    return found


def test_every_model_belongs_to_a_tenant_or_is_listed_as_global():
    strays = {model._meta.label for model in our_models() if not issubclass(model, TenantOwned)}
    assert strays == GLOBAL_MODELS


def test_every_tenant_table_goes_through_the_wall_manager():
    wrong = [model for model in tenant_models() if model._meta.base_manager_name != "objects"]
    assert wrong == []


def test_every_tenant_table_has_forced_row_security_and_its_policy(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,"
            " pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)"
            " FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relkind = 'r'"
        )
        tables = {row[0]: row[1:] for row in cursor.fetchall()}
    here = "(tenant_id = (current_setting('gongjian.tenant_id'::text))::bigint)"
    wrong = {
        model._meta.label: tables[model._meta.db_table]
        for model in tenant_models()
        if tables[model._meta.db_table] != (True, here, here)
    }
    assert wrong == {}


def test_every_reference_between_tenant_tables_has_its_same_tenant_key(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE contype = 'f'"
        )
        keys = {
            (table, target, definition.split("(")[1].split(")")[0])
            for table, target, definition in cursor.fetchall()
        }
    missing = [
        f"{model._meta.label}.{field.name}"
        for model in tenant_models()
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and issubclass(field.related_model, TenantOwned)
        if (model._meta.db_table, field.related_model._meta.db_table, f"tenant_id, {field.column}")
        not in keys
    ]
    assert missing == []


def test_every_unique_key_of_a_tenant_table_names_the_tenant():
    wrong = [
        f"{model._meta.label} {constraint.name}"
        for model in tenant_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and "tenant" not in constraint.fields
    ]
    wrong += [
        f"{model._meta.label}.{field.name}"
        for model in tenant_models()
        for field in model._meta.local_fields
        if field.unique and not field.primary_key
    ]
    assert wrong == []


def test_the_serving_role_cannot_change_the_past(db):
    with connection.cursor() as cursor:
        for model in our_models():
            if getattr(model, "append_only", False):
                cursor.execute(
                    "SELECT has_table_privilege(%s, 'UPDATE') OR has_table_privilege(%s, 'DELETE')",
                    [model._meta.db_table] * 2,
                )
                assert cursor.fetchone() == (False,), model._meta.label


def test_every_address_is_a_page_with_a_declared_permission():
    wrong = []
    for name, pattern in our_patterns():
        view = getattr(pattern.callback, "view_class", None)
        if name in OPEN_URLS:
            continue
        if view is None or not issubclass(view, Page) or view.permission not in authorities:
            wrong.append(name)
    assert wrong == []


def test_every_list_has_a_query_count_test():
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    lists = [
        name
        for name, pattern in our_patterns()
        if issubclass(getattr(pattern.callback, "view_class", object), ListPage)
    ]
    missing = [name for name in lists if f'"{name}"' not in tests]
    assert "django_assert_num_queries" in tests
    assert missing == []


def test_navigation_leads_somewhere_and_cards_name_known_permissions():
    names = {name for name, _ in our_patterns()}
    for entry in navigation:
        assert entry.url_name in names, entry.key
        assert entry.permission in authorities, entry.key
        assert entry.group in GROUPS, entry.key
    for card in dashboard_cards:
        assert card.permission in authorities, card.key


def test_every_step_names_a_known_permission_and_state():
    for model in our_models():
        if issubclass(model, Stateful):
            states = {value for value, _ in model._meta.get_field("state").flatchoices}
            for step in model.lifecycle.steps.values():
                assert step.permission in authorities, f"{model._meta.label} {step.name}"
                assert {*step.sources, step.target} <= states, f"{model._meta.label} {step.name}"


@pytest.mark.parametrize("path", our_sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_source_keeps_the_rules_of_the_house(path: Path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    inside = path.relative_to(ROOT).as_posix()
    assert text.count("\n") <= 600, "file too long"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            statements = sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 1
            assert statements <= 40, f"{node.name} has {statements} statements"
        if isinstance(node, (ast.Assign, ast.AugAssign)) and "workflow" not in inside:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                is_state = isinstance(target, ast.Attribute) and target.attr == "state"
                assert not is_state, f"line {node.lineno}: only advance() writes a state"
    if not inside.startswith("gongjian/foundation/tenancy") and "/commands/" not in inside:
        assert ".across_tenants" not in text
    if not inside.startswith("gongjian/foundation/web"):
        assert "mark_safe" not in text
    if path.name in {"models.py", "queries.py", "services.py"} or path.parent.name in {
        "models",
        "queries",
        "services",
    }:
        assert "django.http" not in text
    assert path.stem not in {"common", "utils", "helpers", "misc"}
    assert "path__startswith" not in text


def test_migrations_import_no_product_code_but_the_wall():
    allowed = "gongjian.foundation.tenancy"
    for path in our_sources(migrations=True):
        if path.parent.name != "migrations":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.ImportFrom)
                and (node.module or "").split(".")[0] in OUR_FOLDERS
            ):
                assert (node.module or "").startswith(allowed), path


def test_migrations_share_no_number():
    for folder in {path.parent for path in our_sources(migrations=True)}:
        if folder.name == "migrations":
            numbers = [path.name[:4] for path in folder.glob("0*.py")]
            assert len(numbers) == len(set(numbers)), folder


def test_every_job_of_the_beat_table_exists():
    celery_app.loader.import_default_modules()
    assert {entry["task"] for entry in BEAT_TABLE.values()} <= set(celery_app.tasks)


def test_templates_hold_no_inline_script():
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for piece in text.split("<script")[1:]:
            assert "src=" in piece.split(">")[0], path
        assert " onclick=" not in text, path
