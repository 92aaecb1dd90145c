"""Addresses of returns and their review."""

from __future__ import annotations

from django.urls import URLPattern, path

from responsibilities.views import quarters, returns

urlpatterns: list[URLPattern] = [
    path("returns/", returns.MyReturns.as_view(), name="my_returns"),
    path("returns/fill/<int:pk>/", returns.ReturnFill.as_view(), name="return_fill"),
    path("returns/fill/<int:pk>/save/", returns.ReturnSave.as_view(), name="return_save"),
    path("returns/fill/<int:pk>/nil/", returns.ReturnNil.as_view(), name="return_nil"),
    path(
        "returns/<int:pk>/steps/<str:step>/",
        returns.ReturnStep.as_view(),
        name="quarterlyreturn_step",
    ),
    path("forms/", quarters.ReturnFormList.as_view(), name="returnform_list"),
    path("forms/new/", quarters.ReturnFormCreate.as_view(), name="returnform_create"),
    path("forms/<int:pk>/", quarters.ReturnFormDetail.as_view(), name="returnform_detail"),
    path(
        "forms/<int:pk>/steps/<str:step>/",
        quarters.ReturnFormStep.as_view(),
        name="returnform_step",
    ),
    path("quarters/open/", quarters.OpenQuarter.as_view(), name="open_quarter"),
]
