from django.urls import path

from gongjian.commons.documents import (
    register_views,
    report_views,
    sign_off_views,
    slot_views,
    views,
    word_views,
)

app_name = "documents"

urlpatterns = [
    path("", views.DocumentList.as_view(), name="officialdocument_list"),
    path("new/", views.DocumentCreate.as_view(), name="document_create"),
    path("<int:pk>/", views.DocumentDetail.as_view(), name="officialdocument_detail"),
    path("<int:pk>/edit/", views.DocumentEdit.as_view(), name="document_edit"),
    path("<int:pk>/preview/", views.DocumentPreview.as_view(), name="document_preview"),
    path("<int:pk>/download/", views.DocumentDownload.as_view(), name="document_download"),
    path("<int:pk>/word/", word_views.DocumentWord.as_view(), name="document_word"),
    path("<int:pk>/steps/<slug:step>/", views.DocumentStep.as_view(), name="officialdocument_step"),
    path("<int:pk>/submit/", sign_off_views.DocumentSubmit.as_view(), name="document_submit"),
    path("<int:pk>/replace/", views.DocumentReplace.as_view(), name="document_replace"),
    path("turns/<int:pk>/", sign_off_views.TurnAnswer.as_view(), name="turn_answer"),
    path("turns/<int:pk>/delegate/", sign_off_views.TurnDelegate.as_view(), name="turn_delegate"),
    path("routes/", sign_off_views.RouteList.as_view(), name="route_list"),
    path("routes/<str:kind>/", sign_off_views.RouteEdit.as_view(), name="route_edit"),
    path("register/", register_views.NumberEntryList.as_view(), name="numberentry_list"),
    path("register/export/", register_views.RegisterExport.as_view(), name="register_export"),
    path("register/reserve/", register_views.NumberReserve.as_view(), name="number_reserve"),
    path("register/outside/", register_views.NumberOutside.as_view(), name="number_outside"),
    path(
        "register/<int:pk>/", register_views.NumberEntryDetail.as_view(), name="numberentry_detail"
    ),
    path(
        "register/<int:pk>/steps/<slug:step>/",
        register_views.NumberEntryStep.as_view(),
        name="numberentry_step",
    ),
    path("marks/", register_views.OrganMarkList.as_view(), name="organmark_list"),
    path("marks/new/", register_views.OrganMarkCreate.as_view(), name="organmark_create"),
    path("marks/<int:pk>/", register_views.OrganMarkEdit.as_view(), name="organmark_edit"),
    path("layouts/", slot_views.LayoutChoices.as_view(), name="layout_choices"),
    path("fonts/", slot_views.FontList.as_view(), name="tenantfont_list"),
    path("fonts/new/", slot_views.FontUpload.as_view(), name="font_upload"),
    path("fonts/<int:pk>/retire/", slot_views.FontRetire.as_view(), name="font_retire"),
    path("reports/", report_views.ReportCentre.as_view(), name="report_centre"),
    path("reports/new/", report_views.ReportCreate.as_view(), name="report_create"),
    path("reports/<int:pk>/", report_views.ReportDetail.as_view(), name="report_job"),
    path(
        "reports/<int:pk>/download/", report_views.ReportDownload.as_view(), name="report_download"
    ),
    path("reports/<int:pk>/cancel/", report_views.ReportCancel.as_view(), name="report_cancel"),
    path("reports/<int:pk>/retry/", report_views.ReportRetry.as_view(), name="report_retry"),
    path("verify/", views.verify_document, name="verify_form"),
    path("verify/<str:code>/", views.verify_document, name="verify"),
]
