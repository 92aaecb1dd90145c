"""Error reports to a collector that the operator names; nothing leaves without one."""

from __future__ import annotations

from typing import Any

#: Keys of a report that are left out whole: they may hold what people typed.
LEFT_OUT = ("cookies", "data", "env", "query_string", "headers")


def report_errors(address: str, release: str, environment: str) -> None:
    """Start the reporting when an address is given; the package is read only then."""
    if not address:
        return
    import sentry_sdk  # noqa: PLC0415 -- most places never report
    from sentry_sdk.integrations.celery import CeleryIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.django import DjangoIntegration  # noqa: PLC0415

    sentry_sdk.init(
        dsn=address,
        release=release or None,
        environment=environment,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[DjangoIntegration(), CeleryIntegration(), *_local()],
        send_default_pii=False,
        # Values of variables, bodies and crumbs (statements, lines) hold people's data.
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        server_name="",
        before_send=scrubbed,
    )


def _local() -> list[Any]:
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.logging import LoggingIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.threading import ThreadingIntegration  # noqa: PLC0415

    return [ExcepthookIntegration(), LoggingIntegration(), ThreadingIntegration()]


def scrubbed(event: Any, hint: dict[str, Any]) -> Any:
    """Identifiers instead of people: which request, tenant and account, and cleaned texts."""
    from gongjian.foundation.web.logs import surroundings  # noqa: PLC0415 -- needs settings

    for key in LEFT_OUT:
        event.get("request", {}).pop(key, None)
    if "url" in event.get("request", {}):
        event["request"]["url"] = event["request"]["url"].partition("?")[0]
    event.pop("extra", None)
    about = surroundings()
    event["user"] = {"id": about["user"]} if "user" in about else {}
    event["tags"] = {key: str(value) for key, value in about.items()}
    return _clean(event)


def _clean(value: Any) -> Any:
    from gongjian.foundation.web.logs import without_personal_data  # noqa: PLC0415

    if isinstance(value, str):
        return without_personal_data(value)
    if isinstance(value, dict):
        return {key: _clean(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    return value
