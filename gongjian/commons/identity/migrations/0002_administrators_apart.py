"""三员分立 in the database: one person never holds two of the three posts of a tenant at once."""

from __future__ import annotations

from django.db import migrations

THREE = "('tenant_administrator', 'security_administrator', 'auditor')"
CREATE = f"""
CREATE FUNCTION identity_keep_apart() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE held text;
BEGIN
    SELECT role INTO held FROM orgs_post WHERE id = NEW.post_id;
    IF held IN {THREE} THEN
        -- Two requests at once: the second waits here and then sees the first.
        PERFORM pg_advisory_xact_lock(hashtextextended('three:' || NEW.user_id, 0));
        IF EXISTS (
            SELECT 1 FROM orgs_appointment AS term JOIN orgs_post AS post ON post.id = term.post_id
             WHERE term.tenant_id = NEW.tenant_id AND term.user_id = NEW.user_id
               AND term.id <> NEW.id AND post.role IN {THREE} AND post.role <> held
               AND daterange(term.starts_on, term.ends_on, '[]')
                && daterange(NEW.starts_on, NEW.ends_on, '[]')
        ) THEN
            RAISE EXCEPTION 'one person holds one of the three administrators only'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'administrators_apart';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER identity_keep_apart BEFORE INSERT OR UPDATE ON orgs_appointment
FOR EACH ROW EXECUTE FUNCTION identity_keep_apart();

CREATE FUNCTION identity_keep_role() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (OLD.role IN {THREE} OR NEW.role IN {THREE})
       AND EXISTS (SELECT 1 FROM orgs_appointment WHERE post_id = NEW.id) THEN
        RAISE EXCEPTION 'a post that has been held keeps its role'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'administrators_apart';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER identity_keep_role BEFORE UPDATE OF role ON orgs_post
FOR EACH ROW WHEN (OLD.role IS DISTINCT FROM NEW.role) EXECUTE FUNCTION identity_keep_role();
"""
REMOVE = """
DROP TRIGGER identity_keep_role ON orgs_post;
DROP FUNCTION identity_keep_role();
DROP TRIGGER identity_keep_apart ON orgs_appointment;
DROP FUNCTION identity_keep_apart();
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial"), ("orgs", "0008_password_state")]

    operations = [migrations.RunSQL(CREATE, REMOVE)]
