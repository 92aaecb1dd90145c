from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "gongjian.commons.documents"
    label = "documents"
    verbose_name = "公文"

    def ready(self) -> None:
        from gongjian.commons.documents import (
            authority,
            contributions,
            invariants,
            ledger,
            shelves,
            specimens,
        )
        from gongjian.commons.documents.rendering import ask_for_fonts
        from gongjian.commons.documents.reporting import kinds
        from gongjian.commons.documents.slots import own_fonts

        ask_for_fonts(own_fonts)
