"""Where the description is read: as a file, and as a page on which calls can be tried."""

from __future__ import annotations

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated

from gongjian.commons.identity.api import TokenAuthentication, TokenView


class Schema(TokenView, SpectacularAPIView):
    """The description itself: for whoever is signed in, and for any live token."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)  # type: ignore[assignment]
    permission_classes = (IsAuthenticated,)  # type: ignore[assignment]
    schema = None


class Docs(SpectacularSwaggerSplitView):
    """The description as a page on which calls can be tried."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (IsAuthenticated,)
    template_name = "api/docs.html"
    url_name = "v1:schema"
    title = "党工共建 · 接口说明"
