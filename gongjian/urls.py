"""Addresses of the whole product."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("gongjian.foundation.web.urls")),
    path("accounts/", include("allauth.urls")),
    path("orgs/", include("orgs.urls")),
    path("notices/", include("gongjian.commons.notices.urls")),
    path("documents/", include("gongjian.commons.documents.urls")),
    path("evidence/", include("gongjian.commons.evidence.urls")),
    path("feedback/", include("gongjian.commons.feedback.urls")),
    path("follow-ups/", include("gongjian.commons.follow_ups.urls")),
    path("bulletins/", include("bulletins.urls")),
    path("seminars/", include("seminars.urls")),
    path("honours/", include("gongjian.commons.honours.urls")),
    path("commendations/", include("commendations.urls")),
    path("identity/", include("gongjian.commons.identity.urls")),
    path("api/", include("gongjian.commons.identity.api_urls")),
    path("api/v1/", include("gongjian.api.urls")),
    path("points/", include("gongjian.commons.points.urls")),
    path("questionnaires/", include("gongjian.commons.questionnaires.urls")),
    path("responsibilities/", include("responsibilities.urls")),
    path("assessments/", include("assessments.urls")),
    path("inspections/", include("inspections.urls")),
    path("publicity/", include("publicity.urls")),
    path("ledger/", include("ledger.urls")),
    path("meetings/", include("meetings.urls")),
    path("rolls/", include("gongjian.commons.rolls.urls")),
    path("calendars/", include("gongjian.commons.calendars.urls")),
    path("search/", include("gongjian.commons.search.urls")),
    path("training/", include("training.urls")),
    path("platform/", admin.site.urls),
]
