"""Every running term of one person, in one call and before any tenant is in scope."""

from __future__ import annotations

from django.db import migrations

# Runs with the rights of its owner, because the wall cannot be passed before the
# tenant is known. It tells of one person only what decides where that person may
# enter, and can be called by the application alone.
CREATE = """
CREATE FUNCTION orgs_running_terms(person bigint, day date) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
SELECT coalesce(jsonb_agg(jsonb_build_object(
           'pk', term.id, 'tenant_id', tenant.id, 'tenant_name', tenant.name,
           'post_id', post.id, 'title', post.title, 'role', post.role,
           'unit_id', unit.id, 'unit_name', unit.name, 'path', unit.path,
           'changes', coalesce((
               SELECT jsonb_object_agg(role_grant.permission, role_grant.reach)
                 FROM orgs_rolegrant AS role_grant
                WHERE role_grant.tenant_id = tenant.id AND role_grant.role = post.role
           ), '{}'::jsonb)
       ) ORDER BY tenant.id, term.id), '[]'::jsonb)
  FROM orgs_membership AS membership
  JOIN orgs_tenant AS tenant ON tenant.id = membership.tenant_id AND tenant.is_active
  JOIN orgs_appointment AS term
    ON term.tenant_id = tenant.id AND term.user_id = membership.user_id
  JOIN orgs_post AS post ON post.tenant_id = tenant.id AND post.id = term.post_id
  JOIN orgs_unit AS unit ON unit.tenant_id = tenant.id AND unit.id = post.unit_id
 WHERE membership.user_id = person
   AND term.starts_on <= day
   AND (term.ends_on IS NULL OR term.ends_on >= day)
$$;
REVOKE ALL ON FUNCTION orgs_running_terms(bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION orgs_running_terms(bigint, date) TO gongjian_app;
"""
REMOVE = "DROP FUNCTION orgs_running_terms(bigint, date)"


class Migration(migrations.Migration):
    dependencies = [("orgs", "0004_review_delegate")]

    operations = [migrations.RunSQL(CREATE, REMOVE)]
