"""Deadlines with an hour, as one moment that lists, rates and totals compare with."""

from django.db import migrations, models

import responsibilities.models.returns

FUNCTION = """
CREATE FUNCTION responsibilities_deadline(extended_to date, due_on date, due_time time)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  -- Without an hour the day counts up to 24:00; an extension lasts its day out.
  SELECT timezone('Asia/Shanghai', coalesce(extended_to, due_on)
    + CASE WHEN extended_to IS NULL THEN coalesce(due_time, time '24:00') ELSE time '24:00' END)
$$;
"""

MARKED = """
DROP TRIGGER rollup_obligation_changed ON responsibilities_obligation;
CREATE TRIGGER rollup_obligation_changed AFTER UPDATE ON responsibilities_obligation
FOR EACH ROW WHEN (
  OLD.path_at <> NEW.path_at OR OLD.workers_at <> NEW.workers_at
  OR OLD.is_exempt <> NEW.is_exempt OR OLD.due_on <> NEW.due_on
  OR OLD.due_time IS DISTINCT FROM NEW.due_time
  OR OLD.extended_to IS DISTINCT FROM NEW.extended_to)
EXECUTE FUNCTION responsibilities_mark_obligation();
"""

UNMARKED = """
DROP TRIGGER rollup_obligation_changed ON responsibilities_obligation;
CREATE TRIGGER rollup_obligation_changed AFTER UPDATE ON responsibilities_obligation
FOR EACH ROW WHEN (
  OLD.path_at <> NEW.path_at OR OLD.workers_at <> NEW.workers_at
  OR OLD.is_exempt <> NEW.is_exempt OR OLD.due_on <> NEW.due_on
  OR OLD.extended_to IS DISTINCT FROM NEW.extended_to)
EXECUTE FUNCTION responsibilities_mark_obligation();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("calendar", "0002_filing_rules"),
        ("responsibilities", "0020_reminder_wording"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION responsibilities_deadline(date, date, time)"),
        migrations.AddField(
            model_name="obligation",
            name="due_time",
            field=models.TimeField("截止时刻", blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="obligation",
            name="deadline_at",
            field=models.GeneratedField(
                db_persist=True,
                expression=responsibilities.models.returns.DeadlineAt(
                    "extended_to", "due_on", "due_time"
                ),
                output_field=models.DateTimeField(),
            ),
        ),
        migrations.RunSQL(MARKED, UNMARKED),
    ]
