"""Addresses of the words of reminders."""

from __future__ import annotations

from django.urls import URLPattern, path

from responsibilities.views import wording

urlpatterns: list[URLPattern] = [
    path("wording/", wording.WordingList.as_view(), name="wording_list"),
    path("wording/<str:key>/", wording.WordingEdit.as_view(), name="wording_edit"),
    path("wording/<str:key>/preview/", wording.WordingPreview.as_view(), name="wording_preview"),
    path("wording/<str:key>/forget/", wording.WordingForget.as_view(), name="wording_forget"),
]
