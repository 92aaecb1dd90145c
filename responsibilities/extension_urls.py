"""Addresses of what is owed: extensions, exemptions, the list of who owes and whom to call."""

from __future__ import annotations

from django.urls import URLPattern, path

from responsibilities.views import duties, extensions

extension_urlpatterns: list[URLPattern] = [
    path("extensions/", extensions.ExtensionList.as_view(), name="extensionrequest_list"),
    path("extensions/ask/<int:pk>/", extensions.ExtensionAsk.as_view(), name="extension_ask"),
    path(
        "extensions/decide/", extensions.ExtensionDecideMany.as_view(), name="extension_decide_many"
    ),
    path(
        "extensions/<int:pk>/",
        extensions.ExtensionDetail.as_view(),
        name="extensionrequest_detail",
    ),
    path("extensions/<int:pk>/grant/", extensions.ExtensionGrant.as_view(), name="extension_grant"),
    path(
        "extensions/<int:pk>/steps/<str:step>/",
        extensions.ExtensionStep.as_view(),
        name="extensionrequest_step",
    ),
    path("duties/", duties.DutyBoard.as_view(), name="duty_list"),
    path("duties/export/", duties.DutyExport.as_view(), name="duty_export"),
    path("duties/change/", duties.DutyChange.as_view(), name="duty_change"),
    path("duties/admit/", duties.DutyAdmit.as_view(), name="duty_admit"),
    path("duties/phones/", duties.PhoneList.as_view(), name="phone_list"),
    path("duties/phones/export/", duties.PhoneExport.as_view(), name="phone_export"),
    path("duties/<int:pk>/", duties.DutyDetail.as_view(), name="duty_detail"),
]
