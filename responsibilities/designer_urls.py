"""Addresses of the design of forms, their burden, and exceptions from a check."""

from __future__ import annotations

from django.urls import URLPattern, path

from responsibilities.views import burden, designer, outliers

designer_urlpatterns: list[URLPattern] = [
    path("forms/begin/", designer.FormBegin.as_view(), name="form_begin"),
    path("forms/<int:pk>/next/", designer.FormNext.as_view(), name="form_next"),
    path("forms/<int:pk>/year/", designer.FormOpenYear.as_view(), name="form_open_year"),
    path("forms/<int:pk>/design/", designer.FormDesign.as_view(), name="form_design"),
    path("forms/<int:pk>/similar/", designer.FormSimilar.as_view(), name="form_similar"),
    path("forms/<int:pk>/preview/", designer.FormPreview.as_view(), name="form_preview"),
    path("forms/<int:pk>/compare/", designer.FormCompare.as_view(), name="form_compare"),
    path("forms/<int:pk>/checks/", designer.FormChecks.as_view(), name="form_checks"),
    path("forms/<int:pk>/checks/try/", designer.CheckTry.as_view(), name="check_try"),
    path("forms/<int:pk>/checks/<slug:key>/", designer.CheckEdit.as_view(), name="check_edit"),
    path(
        "forms/<int:pk>/checks/<slug:key>/remove/",
        designer.CheckRemove.as_view(),
        name="check_remove",
    ),
    path("burden/", burden.Burden.as_view(), name="burden"),
    path("burden/budget/", burden.BurdenBudgetSet.as_view(), name="burden_budget"),
    path("forms/<int:pk>/burden/", burden.BurdenAsk.as_view(), name="burden_ask"),
    path("burden/<int:pk>/", burden.BurdenReviewDetail.as_view(), name="burdenreview_detail"),
    path(
        "burden/<int:pk>/steps/<str:step>/",
        burden.BurdenReviewStep.as_view(),
        name="burdenreview_step",
    ),
    path("review/outliers/", outliers.Outliers.as_view(), name="outliers"),
    path("review/outliers/export/", outliers.OutliersExport.as_view(), name="outliers_export"),
    path("exceptions/", burden.ExceptionList.as_view(), name="exception_list"),
    path("returns/<int:pk>/exception/", burden.ExceptionAsk.as_view(), name="exception_ask"),
    path("exceptions/<int:pk>/", burden.ExceptionDetail.as_view(), name="checkexception_detail"),
    path(
        "exceptions/<int:pk>/steps/<str:step>/",
        burden.ExceptionStep.as_view(),
        name="checkexception_step",
    ),
]
