"""Addresses of the interface, first version."""

from __future__ import annotations

from django.urls import path

from gongjian.api import docs, follow_ups, returns, reviews, views

app_name = "v1"

urlpatterns = [
    path("schema/", docs.Schema.as_view(), name="schema"),
    path("docs/", docs.Docs.as_view(), name="docs"),
    path("units/", views.Units.as_view(), name="units"),
    path("units/<int:pk>/", views.OneUnit.as_view(), name="unit"),
    path("periods/", views.Periods.as_view(), name="periods"),
    path("periods/<int:pk>/", views.OnePeriod.as_view(), name="period"),
    path("targets/", views.Targets.as_view(), name="targets"),
    path("targets/<int:pk>/", views.OneTarget.as_view(), name="target"),
    path("follow-ups/", views.FollowUps.as_view(), name="follow_ups"),
    path("follow-ups/<int:pk>/", views.OneFollowUp.as_view(), name="follow_up"),
    path("follow-ups/<int:pk>/receive/", follow_ups.Receive.as_view(), name="receive"),
    path("follow-ups/<int:pk>/report/", follow_ups.Report.as_view(), name="report"),
    path("follow-ups/<int:pk>/clear/", follow_ups.Clear.as_view(), name="clear"),
    path("follow-ups/<int:pk>/send-back/", follow_ups.SendBack.as_view(), name="send_back"),
    path("documents/", views.Documents.as_view(), name="documents"),
    path("documents/<int:pk>/", views.OneDocument.as_view(), name="document"),
    path("documents/<int:pk>/file/", views.DocumentFile.as_view(), name="document_file"),
    path("returns/", returns.Returns.as_view(), name="returns"),
    path("returns/<int:pk>/", returns.OneReturn.as_view(), name="return"),
    path("returns/<int:pk>/submit/", returns.ReturnSubmit.as_view(), name="return_submit"),
    path("reviews/", reviews.Reviews.as_view(), name="reviews"),
    path("reviews/<int:pk>/", reviews.OneReview.as_view(), name="review"),
    path("reviews/<int:pk>/accept/", reviews.ReviewAccept.as_view(), name="review_accept"),
    path("reviews/<int:pk>/send-back/", reviews.ReviewSendBack.as_view(), name="review_send_back"),
]
