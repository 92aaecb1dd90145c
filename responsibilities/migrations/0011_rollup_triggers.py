"""Every change that moves a total appends a mark in its own transaction, whoever makes it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION responsibilities_rollup_call(whose bigint) RETURNS void LANGUAGE sql AS $$
  -- One waiting message is enough; should it leave just before this commit, the tick follows.
  INSERT INTO tenancy_outboxmessage (tenant_id, task, arguments, queue, created_at)
  SELECT whose, 'responsibilities.recompute_totals', '{}', 'default', now()
  WHERE NOT EXISTS (
    SELECT 1 FROM tenancy_outboxmessage m
    WHERE m.sent_at IS NULL AND m.tenant_id = whose
      AND m.task = 'responsibilities.recompute_totals')
$$;

CREATE FUNCTION responsibilities_mark_return() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held responsibilities_quarterlyreturn;
BEGIN
  held := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  INSERT INTO responsibilities_rollupmark (tenant_id, unit_number, period_number, path)
  SELECT o.tenant_id, o.unit_id, o.period_id, o.path_at FROM responsibilities_obligation o
  WHERE o.tenant_id = held.tenant_id AND o.id = held.obligation_id;
  PERFORM responsibilities_rollup_call(held.tenant_id);
  RETURN NULL;
END $$;

CREATE TRIGGER rollup_return_new AFTER INSERT ON responsibilities_quarterlyreturn
FOR EACH ROW WHEN (NEW.state IN ('accepted', 'submitted') OR NEW.first_submitted_at IS NOT NULL)
EXECUTE FUNCTION responsibilities_mark_return();

-- Typing into a draft moves no total and must cost nothing.
CREATE TRIGGER rollup_return_changed AFTER UPDATE ON responsibilities_quarterlyreturn
FOR EACH ROW WHEN (
  OLD.state IS DISTINCT FROM NEW.state
  OR OLD.first_submitted_at IS DISTINCT FROM NEW.first_submitted_at
  OR (NEW.state IN ('accepted', 'submitted') AND OLD.values IS DISTINCT FROM NEW.values))
EXECUTE FUNCTION responsibilities_mark_return();

CREATE TRIGGER rollup_return_gone AFTER DELETE ON responsibilities_quarterlyreturn
FOR EACH ROW EXECUTE FUNCTION responsibilities_mark_return();

CREATE FUNCTION responsibilities_mark_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO responsibilities_rollupmark (tenant_id, unit_number, period_number, path)
  SELECT tenant_id, unit_id, period_id, path_at FROM opened;
  PERFORM responsibilities_rollup_call(tenant_id) FROM (SELECT DISTINCT tenant_id FROM opened) t;
  RETURN NULL;
END $$;

CREATE TRIGGER rollup_obligation_new AFTER INSERT ON responsibilities_obligation
REFERENCING NEW TABLE AS opened
FOR EACH STATEMENT EXECUTE FUNCTION responsibilities_mark_opened();

CREATE FUNCTION responsibilities_mark_obligation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO responsibilities_rollupmark (tenant_id, unit_number, period_number, path)
  VALUES (OLD.tenant_id, OLD.unit_id, OLD.period_id, OLD.path_at);
  IF TG_OP = 'UPDATE' AND OLD.path_at <> NEW.path_at THEN
    INSERT INTO responsibilities_rollupmark (tenant_id, unit_number, period_number, path)
    VALUES (NEW.tenant_id, NEW.unit_id, NEW.period_id, NEW.path_at);
  END IF;
  PERFORM responsibilities_rollup_call(OLD.tenant_id);
  RETURN NULL;
END $$;

CREATE TRIGGER rollup_obligation_changed AFTER UPDATE ON responsibilities_obligation
FOR EACH ROW WHEN (
  OLD.path_at <> NEW.path_at OR OLD.workers_at <> NEW.workers_at
  OR OLD.is_exempt <> NEW.is_exempt OR OLD.due_on <> NEW.due_on
  OR OLD.extended_to IS DISTINCT FROM NEW.extended_to)
EXECUTE FUNCTION responsibilities_mark_obligation();

CREATE TRIGGER rollup_obligation_gone AFTER DELETE ON responsibilities_obligation
FOR EACH ROW EXECUTE FUNCTION responsibilities_mark_obligation();

-- What was filed before there were marks.
INSERT INTO responsibilities_rollupmark (tenant_id, unit_number, period_number, path)
SELECT tenant_id, unit_id, period_id, path_at FROM responsibilities_obligation;
"""

BACKWARD = """
DROP TRIGGER rollup_return_new ON responsibilities_quarterlyreturn;
DROP TRIGGER rollup_return_changed ON responsibilities_quarterlyreturn;
DROP TRIGGER rollup_return_gone ON responsibilities_quarterlyreturn;
DROP TRIGGER rollup_obligation_new ON responsibilities_obligation;
DROP TRIGGER rollup_obligation_changed ON responsibilities_obligation;
DROP TRIGGER rollup_obligation_gone ON responsibilities_obligation;
DROP FUNCTION responsibilities_mark_return();
DROP FUNCTION responsibilities_mark_opened();
DROP FUNCTION responsibilities_mark_obligation();
DROP FUNCTION responsibilities_rollup_call(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("responsibilities", "0010_rollup"),
        ("tenancy", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
