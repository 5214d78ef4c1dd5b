#!/bin/sh
# Makes one role and one schema per service. Runs once, when the data folder is new.
# The roles own their schemas only; row-level security is forced on them, so they see the units that they ask for.
set -eu
password=$(cat /run/secrets/database_password)
for service in intake imaging ocr records reporting gateway; do
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    -v role="tangthu_$service" -v schema="$service" -v password="$password" <<'SQL'
CREATE ROLE :"role" LOGIN NOBYPASSRLS PASSWORD :'password';
CREATE SCHEMA :"schema" AUTHORIZATION :"role";
SQL
done
