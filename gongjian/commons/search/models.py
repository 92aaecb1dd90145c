"""The index of words, one row for each record that can be found."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from gongjian.foundation.tenancy.models import TenantOwned, wall


class SearchEntry(TenantOwned):
    """The words of one record of a source. Who may read it is asked of the source, not here."""

    kind = models.CharField("来源", max_length=40)
    record_id = models.BigIntegerField("记录")
    text = models.TextField("文字")
    words = SearchVectorField("词")

    class Meta(TenantOwned.Meta):
        verbose_name = "搜索条目"
        ordering = ["-record_id"]
        constraints = [
            *wall("search_searchentry"),
            models.UniqueConstraint(
                fields=["tenant", "kind", "record_id"], name="search_entry_once"
            ),
        ]
        # Without the waiting list of new rows: texts are read far more often than written.
        indexes = [GinIndex(fields=["words"], name="search_words", fastupdate=False)]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"
