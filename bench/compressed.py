"""The program with HTML compressed as nginx does it, so that pages weigh what they weigh there."""

from __future__ import annotations

from django.conf import settings

from gongjian.wsgi import application

# ops/nginx/nginx.conf compresses HTML (gzip on); static files are compressed beforehand.
settings.MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware", *settings.MIDDLEWARE]
application.load_middleware()
