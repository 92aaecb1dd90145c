from django.urls import path

from gongjian.commons.notices.views import Inbox, OpenNotice, ReadAll, Rules, Sent

app_name = "notices"

urlpatterns = [
    path("", Inbox.as_view(), name="inbox"),
    path("<int:pk>/open/", OpenNotice.as_view(), name="open"),
    path("read-all/", ReadAll.as_view(), name="read_all"),
    path("sent/", Sent.as_view(), name="sent"),
    path("sent/rules/", Rules.as_view(), name="rules"),
]
