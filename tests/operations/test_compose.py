"""docker-compose.yml, Dockerfile and nginx.conf agree with each other and with the settings."""

from __future__ import annotations

import re

import crossplane
import pytest
from django.conf import settings

import orgs.imports
from gongjian.commons.evidence.services.uploading import LARGEST_PIECE
from tests.operations.compose import ROOT, VARIABLE, Refused, example, filled, plain

COMPOSE = plain()
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "worker-documents", "beat", "relay")
#: The keys of the specification that this file uses; a mistyped one would be passed over.
KEYS = {
    "build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image",
    "logging", "networks", "ports", "read_only", "restart", "security_opt", "shm_size",
    "stop_grace_period", "tmpfs", "user", "volumes",
}  # fmt: skip
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period"}
CONDITIONS = {"service_healthy", "service_completed_successfully", "service_started"}
SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "BROKER_PASSWORD")


def test_only_known_keys_and_declared_names():
    assert set(COMPOSE) == {"x-app", "services", "networks", "volumes"}
    for name, service in SERVICES.items():
        assert set(service) <= KEYS, name
        assert set(service.get("healthcheck", {})) <= HEALTH_KEYS, name
        assert set(service["networks"]) <= set(COMPOSE["networks"]), name
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] in CONDITIONS
            wants_health = how["condition"] == "service_healthy"
            assert not wants_health or "healthcheck" in SERVICES[other], (name, other)
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert source == "./ops/tls" or (ROOT / source).exists(), source
            else:
                assert source in COMPOSE["volumes"], source


def test_every_variable_of_the_program_is_read_by_it():
    sources = [*(ROOT / "gongjian" / "settings").glob("*.py"), ROOT / "gongjian" / "celery.py"]
    read = "\n".join(path.read_text() for path in [*sources, ROOT / "ops" / "gunicorn.py"])
    read += "DJANGO_SETTINGS_MODULE"
    for name in OURS:
        for variable in SERVICES[name]["environment"]:
            found = re.search(rf'"{variable}"', read) or variable == "DJANGO_SETTINGS_MODULE"
            assert found, f"{name}: nothing reads {variable}"


def test_the_example_names_every_variable_and_no_other():
    used = {name for name, *_ in VARIABLE.findall((ROOT / "docker-compose.yml").read_text())}
    assert set(example()) == used


@pytest.mark.parametrize("name", [*SECRETS, "DOMAIN"])
def test_it_does_not_start_without(name):
    whole = dict.fromkeys((*SECRETS, "DOMAIN"), "x")
    filled(COMPOSE, whole)
    with pytest.raises(Refused, match=name):
        filled(COMPOSE, whole | {name: ""})


def test_only_nginx_is_reached_from_outside_and_nothing_is_privileged():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    for name in (*OURS, "nginx"):
        service = SERVICES[name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
    knowing = [name for name in OURS if "OWNER_DATABASE_URL" in SERVICES[name]["environment"]]
    assert knowing == ["migrate"]


def test_every_queue_has_a_worker():
    heard: set[str] = set()
    for service in SERVICES.values():
        command = service.get("command", [])
        if "--queues" in command:
            heard |= set(command[command.index("--queues") + 1].split(","))
    assert heard == set(settings.QUEUES)


def test_the_images_of_the_compose_file_are_made():
    stages = set(re.findall(r"^FROM \S+ AS (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    for service in SERVICES.values():
        if "build" in service:
            assert service["build"]["target"] in stages
        else:
            assert re.search(r":\d+$", service["image"]), "a release is named"
    for source in re.findall(
        r"^COPY (?!--from)(\S+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    ):
        assert (ROOT / source).exists()


# --- nginx ---------------------------------------------------------------------------

NGINX = ROOT / "ops" / "nginx" / "nginx.conf"


def parsed(text: str, folder) -> dict:
    """As nginx reads it; the library is older than the directive that turns HTTP/2 on."""
    file = folder / "nginx.conf"
    assert text.count("http2 on;") == 1
    file.write_text(text.replace("http2 on;", ""), encoding="utf-8")
    return crossplane.parse(str(file), single=True, strict=True, catch_errors=True)


def directives(block: list[dict], name: str) -> list[dict]:
    return [
        found
        for line in block
        for found in [*([line] if line["directive"] == name else []),
                      *directives(line.get("block", []), name)]
    ]  # fmt: skip


@pytest.fixture(scope="module")
def nginx(tmp_path_factory) -> list[dict]:
    text = NGINX.read_text(encoding="utf-8")
    answer = parsed(text, tmp_path_factory.mktemp("nginx"))
    assert answer["status"] == "ok", answer["errors"]
    return answer["config"][0]["parsed"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("client_max_body_size", "client_max_bodysize"),
        ("internal;", "internal yes;"),
        ("limit_req_status 429;", "limit_req_status 429"),
        ("    keepalive_timeout 65s;", "    proxy_pass http://web;"),
    ],
)
def test_a_broken_nginx_file_is_seen(tmp_path, before, after):
    text = NGINX.read_text(encoding="utf-8")
    assert before in text
    assert parsed(text.replace(before, after, 1), tmp_path)["status"] == "failed"


def test_tls_is_recent_and_the_plain_port_only_leads_there(nginx):
    (protocols,) = directives(nginx, "ssl_protocols")
    assert protocols["args"] == ["TLSv1.2", "TLSv1.3"]
    (ciphers,) = directives(nginx, "ssl_ciphers")
    assert all(re.match("ECDHE-.*(GCM|POLY1305)", name) for name in ciphers["args"][0].split(":"))
    first, second = directives(nginx, "server")[1:]
    assert [line["args"][0] for line in directives(first["block"], "return")] == ["301"]
    assert directives(first["block"], "proxy_pass") == []
    assert directives(second["block"], "ssl_certificate")


def location(nginx: list[dict], name: str) -> list[dict]:
    return next(line["block"] for line in directives(nginx, "location") if line["args"][-1] == name)


def test_stored_files_are_reached_through_the_program_only(nginx):
    block = location(nginx, SERVICES["web"]["environment"]["EVIDENCE_ACCEL_PREFIX"])
    assert directives(block, "internal")
    data = SERVICES["web"]["environment"]["DATA_DIR"]
    assert directives(block, "alias")[0]["args"] == [f"{data}/files/"]
    assert settings.DATA_DIR / "files" == settings.FILES_DIR
    assert "data:/data:ro" in SERVICES["nginx"]["volumes"]
    uid = re.search(r"--uid (\d+)", (ROOT / "Dockerfile").read_text())
    assert SERVICES["nginx"]["user"] == f"{uid[1]}:{uid[1]}"


def test_hashed_files_live_long(nginx):
    headers = {
        line["args"][0]: line["args"][1]
        for line in directives(location(nginx, settings.STATIC_URL), "add_header")
    }
    assert "immutable" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["/metrics", "/health/", "/readyz", "/healthz"])
def test_what_is_for_the_operator_is_not_outside(nginx, name):
    assert directives(location(nginx, name), "return")[0]["args"] == ["404"]


def test_addresses_come_from_the_connection_and_queries_are_in_no_log(nginx):
    told = {line["args"][0]: line["args"][1] for line in directives(nginx, "proxy_set_header")}
    assert told["X-Forwarded-For"] == "$remote_addr"
    assert told["X-Forwarded-Proto"] == "https"
    (log,) = directives(nginx, "log_format")
    assert not {"$request_uri", "$args", "$query_string", "$http_cookie"} & set(
        re.findall(r"\$\w+", "".join(log["args"]))
    )
    body = directives(nginx, "client_max_body_size")[0]["args"][0]
    largest = max(settings.DATA_UPLOAD_MAX_MEMORY_SIZE, orgs.imports.MAX_BYTES, LARGEST_PIECE)
    assert int(body.removesuffix("m")) * 1024**2 > largest
