"""Addresses of the year's arrangement."""

from __future__ import annotations

from django.urls import URLPattern, path

from responsibilities.views import year

year_urlpatterns: list[URLPattern] = [
    path("year/", year.Year.as_view(), name="year"),
    path("year/special/", year.SpecialCreate.as_view(), name="year_special"),
    path("year/<int:pk>/", year.ArrangementEdit.as_view(), name="year_edit"),
    path("year/<int:pk>/open/", year.ArrangementOpen.as_view(), name="year_open"),
    path("year/<int:pk>/drop/", year.ArrangementDrop.as_view(), name="year_drop"),
]
