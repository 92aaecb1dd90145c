"""Addresses of returns and their totals."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from responsibilities.views import cell_details, passages, quarters, returns, totals

urlpatterns: list[URLPattern] = [
    path("returns/", returns.MyReturns.as_view(), name="my_returns"),
    path("returns/fill/<int:pk>/", returns.ReturnFill.as_view(), name="return_fill"),
    path("returns/fill/<int:pk>/save/", returns.ReturnSave.as_view(), name="return_save"),
    path(
        "returns/fill/<int:pk>/cells/<str:code>/",
        cell_details.CellDetails.as_view(),
        name="cell_details",
    ),
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
    path("progress/", totals.FilingProgress.as_view(), name="progress"),
    path("progress/urge/", totals.FilingUrge.as_view(), name="progress_urge"),
    path("passages/", passages.Passages.as_view(), name="passages"),
    re_path(
        r"^passages/(?P<kind>docx|xlsx)/$",
        passages.PassagesExport.as_view(),
        name="passages_export",
    ),
    path("rollup/", totals.Rollup.as_view(), name="rollup"),
    path(
        "rollup/<int:pk>/submit/", totals.ConsolidationSubmit.as_view(), name="consolidation_submit"
    ),
    path("consolidations/", totals.ConsolidationList.as_view(), name="consolidation_list"),
    path(
        "consolidations/<int:pk>/",
        totals.ConsolidationDetail.as_view(),
        name="consolidation_detail",
    ),
    path(
        "consolidations/<int:pk>/steps/<str:step>/",
        totals.ConsolidationStep.as_view(),
        name="consolidation_step",
    ),
    path("quarters/open/", quarters.OpenQuarter.as_view(), name="open_quarter"),
]
