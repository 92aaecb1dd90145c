"""Addresses for machines."""

from __future__ import annotations

from django.urls import path

from gongjian.commons.identity.api import WhoAmI

app_name = "api"

urlpatterns = [path("me/", WhoAmI.as_view(), name="whoami")]
