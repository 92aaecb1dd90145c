"""Addresses of self-assessment, review, sample, notice and objections."""

from __future__ import annotations

from django.urls import path

from assessments.views import chain, importing, objections, whatif

chain_urlpatterns = [
    path("reviews/", chain.ReviewList.as_view(), name="unit_review_list"),
    path("reviews/<int:pk>/", chain.ReviewDetail.as_view(), name="unit_review_detail"),
    path("reviews/<int:pk>/self/", chain.SelfAssess.as_view(), name="unit_review_self"),
    path("reviews/<int:pk>/sign/", chain.SignReview.as_view(), name="unit_review_sign"),
    path("reviews/<int:pk>/recheck/", chain.Recheck.as_view(), name="unit_review_recheck"),
    path("reviews/<int:pk>/steps/<slug:step>/", chain.ReviewStep.as_view(), name="unitreview_step"),
    path("schemes/<int:pk>/reviews/", chain.OpenReviews.as_view(), name="scheme_reviews"),
    path("schemes/<int:pk>/sample/", chain.DrawSample.as_view(), name="scheme_sample"),
    path("schemes/<int:pk>/import/", importing.SchemeImport.as_view(), name="scheme_import"),
    path("schemes/<int:pk>/workbook/", importing.SchemeWorkbook.as_view(), name="scheme_workbook"),
    path("runs/<int:pk>/meeting/", objections.RunMeeting.as_view(), name="run_meeting"),
    path("runs/<int:pk>/what-if/", whatif.WhatIf.as_view(), name="run_what_if"),
    path("objections/", objections.ObjectionList.as_view(), name="objection_list"),
    path("objections/<int:pk>/", objections.ObjectionDetail.as_view(), name="objection_detail"),
    path(
        "objections/<int:pk>/decide/",
        objections.ObjectionDecide.as_view(),
        name="objection_decide",
    ),
    path(
        "scores/<int:pk>/objection/",
        objections.ObjectionCreate.as_view(),
        name="objection_create",
    ),
]
