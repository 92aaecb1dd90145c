"""Where each unit stood in the period of an obligation, and how large it was."""

import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("responsibilities", "0008_review_turns"),
    ]

    operations = [
        migrations.AddField(
            model_name='obligation',
            name='path_at',
            field=models.TextField(db_collation='C', default='', editable=False, verbose_name='当期路径'),
        ),
        migrations.AddField(
            model_name='obligation',
            name='workers_at',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='当期职工数'),
        ),
        migrations.RunSQL(
            # Nothing is known of earlier places: the past starts from where units stand now.
            "UPDATE responsibilities_obligation o SET path_at = u.path, workers_at = u.worker_count "
            "FROM orgs_unit u WHERE u.tenant_id = o.tenant_id AND u.id = o.unit_id",
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name='obligation',
            name='bucket',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Left('path_at', django.db.models.functions.comparison.Greatest(django.db.models.expressions.CombinedExpression(django.db.models.functions.text.Length('path_at'), '-', models.Value(4)), 0)), output_field=models.TextField(db_collation='C')),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(fields=['tenant', 'period', 'bucket'], name='obligation_bucket'),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(fields=['tenant', 'path_at'], name='obligation_path_at'),
        ),
    ]
