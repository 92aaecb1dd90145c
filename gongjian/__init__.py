"""Gongjian: the yearly program of a joint Party and union leading group."""

from gongjian.celery import app as celery_app

__all__ = ["celery_app"]
