from django.urls import path

from gongjian.foundation.web.offline import OfflineScript
from gongjian.foundation.web.views import DesignGuide, Desk, DeskCards

app_name = "web"

urlpatterns = [
    path("", Desk.as_view(), name="desk"),
    path("desk/cards/", DeskCards.as_view(), name="desk_cards"),
    path("design/", DesignGuide.as_view(), name="design"),
    path("offline.js", OfflineScript.as_view(), name="offline"),
]
