"""Addresses of the points ledger."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "points"

urlpatterns: list[URLPattern] = []
