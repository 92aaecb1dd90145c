from django.urls import path

from gongjian.commons.documents import report_views, views, word_views

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
