"""Addresses of the yearly program."""

from __future__ import annotations

from django.urls import URLPattern

from responsibilities.return_urls import urlpatterns as returns_urlpatterns

app_name = "responsibilities"

urlpatterns: list[URLPattern] = [*returns_urlpatterns]
