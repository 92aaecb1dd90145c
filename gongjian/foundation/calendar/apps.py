from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "gongjian.foundation.calendar"
    label = "calendar"
    verbose_name = "期间与工作日"
