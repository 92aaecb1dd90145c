"""The register of numbers takes up the documents that were issued before it."""

from __future__ import annotations

from django.db import migrations

TEXTS = """
UPDATE documents_officialdocument
   SET number_text = mark || '〔' || year || '〕' || number || '号'
 WHERE number IS NOT NULL
"""
ENTRIES = """
INSERT INTO documents_numberentry
       (tenant_id, state, mark, year, number, text, document_id,
        purpose, cancel_reason, taken_by, taken_at)
SELECT tenant_id, 'used', mark, year, number, number_text, id, '', '', '系统补登', issued_on
  FROM documents_officialdocument
 WHERE number IS NOT NULL
 ORDER BY id
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_number_entries")]

    operations = [
        migrations.RunSQL(TEXTS, migrations.RunSQL.noop),
        migrations.RunSQL(ENTRIES, "DELETE FROM documents_numberentry"),
    ]
