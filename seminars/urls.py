"""Addresses of the seminars."""

from __future__ import annotations

from django.urls import URLPattern, path

from seminars.views import calls, events, papers, reviews, topics

app_name = "seminars"

urlpatterns: list[URLPattern] = [
    path("topics/", topics.TopicList.as_view(), name="topic_list"),
    path("topics/new/", topics.TopicCreate.as_view(), name="topic_create"),
    path("topics/<int:pk>/", topics.TopicDetail.as_view(), name="topic_detail"),
    path("topics/<int:pk>/edit/", topics.TopicEdit.as_view(), name="topic_edit"),
    path("topics/<int:pk>/approve/", topics.TopicApprove.as_view(), name="topic_approve"),
    path("topics/<int:pk>/report/", topics.TopicReport.as_view(), name="topic_report"),
    path("topics/<int:pk>/extend/", topics.TopicExtend.as_view(), name="topic_extend"),
    path("topics/<int:pk>/answer/", topics.TopicAnswer.as_view(), name="topic_answer"),
    path("topics/<int:pk>/steps/<slug:step>/", topics.TopicStep.as_view(), name="studytopic_step"),
    path("calls/", calls.CallList.as_view(), name="call_list"),
    path("calls/new/", calls.CallCreate.as_view(), name="call_create"),
    path("calls/<int:pk>/", calls.CallDetail.as_view(), name="call_detail"),
    path("calls/<int:pk>/edit/", calls.CallEdit.as_view(), name="call_edit"),
    path("calls/<int:pk>/steps/<slug:step>/", calls.CallStep.as_view(), name="call_step"),
    path("calls/<int:pk>/announce/", calls.CallAnnounce.as_view(), name="call_announce"),
    path("calls/<int:pk>/experts/", calls.ExpertAdd.as_view(), name="expert_add"),
    path("calls/<int:pk>/assign/", calls.AssignAll.as_view(), name="assign_all"),
    path("calls/<int:pk>/proceedings/", calls.Proceedings.as_view(), name="proceedings"),
    path("calls/<int:pk>/certificates/", calls.Certificates.as_view(), name="certificates"),
    path("calls/<int:pk>/results/", calls.ResultsExport.as_view(), name="results_export"),
    path("calls/<int:pk>/papers/new/", papers.PaperCreate.as_view(), name="paper_create"),
    path("experts/<int:pk>/remove/", calls.ExpertRemove.as_view(), name="expert_remove"),
    path("awards/<int:pk>/change/", calls.PrizeChange.as_view(), name="prize_change"),
    path("awards/<int:pk>/object/", calls.AwardObject.as_view(), name="award_object"),
    path("objections/<int:pk>/answer/", calls.ObjectionAnswer.as_view(), name="objection_answer"),
    path("papers/", papers.PaperList.as_view(), name="paper_list"),
    path("papers/<int:pk>/", papers.PaperDetail.as_view(), name="paper_detail"),
    path("papers/<int:pk>/write/", papers.PaperWrite.as_view(), name="paper_write"),
    path("papers/<int:pk>/blind/", papers.PaperBlind.as_view(), name="paper_blind"),
    path("papers/<int:pk>/judging/", calls.PaperJudging.as_view(), name="paper_judging"),
    path("papers/<int:pk>/assign/", calls.AssignOne.as_view(), name="assign_one"),
    path("papers/<int:pk>/uptake/", papers.UptakeTell.as_view(), name="uptake_tell"),
    path("papers/<int:pk>/steps/<slug:step>/", papers.PaperStep.as_view(), name="paper_step"),
    path(
        "judging/<int:pk>/steps/<slug:step>/",
        calls.ReviewReopen.as_view(),
        name="review_reopen",
    ),
    path("reviews/", reviews.ReviewList.as_view(), name="review_list"),
    path("reviews/<int:pk>/", reviews.ReviewPage.as_view(), name="review_detail"),
    path("reviews/<int:pk>/speak/", reviews.ReviewSpeak.as_view(), name="review_speak"),
    path(
        "reviews/<int:pk>/steps/<slug:step>/",
        reviews.ReviewStep.as_view(),
        name="reviewassignment_step",
    ),
    path("uptakes/", papers.UptakeList.as_view(), name="uptake_list"),
    path("uptakes/<int:pk>/", papers.UptakeDetail.as_view(), name="uptake_detail"),
    path("uptakes/<int:pk>/steps/<slug:step>/", papers.UptakeStep.as_view(), name="uptake_step"),
    path("events/", events.SeminarList.as_view(), name="seminar_list"),
    path("events/new/", events.SeminarCreate.as_view(), name="seminar_create"),
    path("events/<int:pk>/", events.SeminarDetail.as_view(), name="seminar_detail"),
    path("events/<int:pk>/edit/", events.SeminarEdit.as_view(), name="seminar_edit"),
    path("events/<int:pk>/items/", events.ItemAdd.as_view(), name="item_add"),
    path("events/<int:pk>/prizes/", events.PrizePapers.as_view(), name="prize_papers"),
    path("events/<int:pk>/invite/", events.SeminarInvite.as_view(), name="seminar_invite"),
    path("events/<int:pk>/roll/", events.SeminarRoll.as_view(), name="seminar_roll"),
    path("events/<int:pk>/record/", events.SeminarRecord.as_view(), name="seminar_record"),
    path("events/<int:pk>/print/", events.ProgrammePrint.as_view(), name="programme_print"),
    path("events/<int:pk>/steps/<slug:step>/", events.SeminarStep.as_view(), name="seminar_step"),
    path("items/<int:pk>/move/<slug:way>/", events.ItemMove.as_view(), name="item_move"),
    path("items/<int:pk>/remove/", events.ItemRemove.as_view(), name="item_remove"),
    path(
        "invitations/<int:pk>/answer/", events.InvitationAnswer.as_view(), name="invitation_answer"
    ),
]
