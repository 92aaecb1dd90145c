from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "gongjian.foundation.workflow"
    label = "workflow"
    verbose_name = "流程"
