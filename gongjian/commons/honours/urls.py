"""Addresses of the honours."""

from __future__ import annotations

from django.urls import path

from gongjian.commons.honours import import_views, views

app_name = "honours"

urlpatterns = [
    path("", views.HonourList.as_view(), name="honour_list"),
    path("new/", views.HonourCreate.as_view(), name="honour_create"),
    path("import/", import_views.HonourImport.as_view(), name="honour_import"),
    path("export/", views.RegisterExport.as_view(), name="register_export"),
    path("<int:pk>/", views.HonourDetail.as_view(), name="honour_detail"),
    path("<int:pk>/print/", views.CertificatePrint.as_view(), name="certificate_print"),
    path("<int:pk>/steps/<slug:step>/", views.HonourStep.as_view(), name="honour_step"),
    path("verify/", views.verify, name="verify_form"),
    path("verify/<str:code>/", views.verify, name="verify"),
]
