from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "gongjian.commons.notices"
    label = "notices"
    verbose_name = "提醒"
