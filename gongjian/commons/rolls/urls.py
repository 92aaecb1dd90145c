"""Addresses of the rolls."""

from __future__ import annotations

from django.urls import URLPattern, path

from gongjian.commons.rolls import views

app_name = "rolls"

urlpatterns: list[URLPattern] = [
    path("sessions/<int:pk>/", views.RollSheet.as_view(), name="roll_sheet"),
    path("sessions/<int:pk>/scan/", views.ScanMember.as_view(), name="roll_scan"),
    path("sessions/<int:pk>/rest/", views.CallTheRest.as_view(), name="roll_rest"),
    path("sessions/<int:pk>/print/", views.PrintSheet.as_view(), name="roll_print"),
]
