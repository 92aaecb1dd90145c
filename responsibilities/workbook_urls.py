"""Addresses of workbooks, of filing on behalf and of printed returns."""

from __future__ import annotations

from django.urls import URLPattern, path

from responsibilities.views import behalf, printing, workbooks

urlpatterns: list[URLPattern] = [
    path(
        "returns/fill/<int:pk>/workbook/",
        workbooks.ReturnWorkbook.as_view(),
        name="return_workbook",
    ),
    path(
        "returns/fill/<int:pk>/workbook/upload/",
        workbooks.ReturnWorkbookUpload.as_view(),
        name="return_workbook_upload",
    ),
    path(
        "returns/uploads/<int:pk>/", workbooks.ReturnUploadPreview.as_view(), name="return_upload"
    ),
    path("returns/fill/<int:pk>/print/", printing.ReturnPrint.as_view(), name="return_print"),
    path("returns/fill/<int:pk>/pdf/", printing.ReturnPdf.as_view(), name="return_pdf"),
    path("behalf/", behalf.BehalfGrid.as_view(), name="behalf_grid"),
    path("behalf/save/", behalf.BehalfSave.as_view(), name="behalf_save"),
    path("behalf/submit/", behalf.BehalfSubmit.as_view(), name="behalf_submit"),
    path("behalf/workbook/", workbooks.BehalfWorkbook.as_view(), name="behalf_workbook"),
    path(
        "behalf/workbook/upload/",
        workbooks.BehalfWorkbookUpload.as_view(),
        name="behalf_workbook_upload",
    ),
    path("behalf/uploads/<int:pk>/", workbooks.BehalfUploadPreview.as_view(), name="behalf_upload"),
]
