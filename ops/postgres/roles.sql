-- Roles and database; harmless when they are there. Passwords come as variables of psql.
SELECT 'CREATE ROLE gongjian_owner'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gongjian_owner') \gexec
SELECT 'CREATE ROLE gongjian_app'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gongjian_app') \gexec
SELECT 'CREATE ROLE gongjian_search'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gongjian_search') \gexec
ALTER ROLE gongjian_owner LOGIN CREATEDB BYPASSRLS NOSUPERUSER NOCREATEROLE
      PASSWORD :'owner_password';
ALTER ROLE gongjian_app LOGIN NOCREATEDB NOBYPASSRLS NOSUPERUSER NOCREATEROLE
      PASSWORD :'app_password';
ALTER ROLE gongjian_search NOLOGIN BYPASSRLS NOSUPERUSER;
-- Migrations hand the search functions to gongjian_search; nothing is inherited from it.
GRANT gongjian_search TO gongjian_owner WITH INHERIT FALSE, SET TRUE;
SELECT 'CREATE DATABASE gongjian OWNER gongjian_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'gongjian') \gexec
\connect gongjian
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO gongjian_app, gongjian_search;
