#!/bin/sh
# Makes the secrets of a new installation in deploy/secrets (mode 0600, never in git). Existing ones are kept.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
for name in database_password nats_token s3_access_key s3_secret_key grafana_password; do
  [ -s "secrets/$name" ] || random >"secrets/$name"
done
[ -s secrets/identity_private_key ] || openssl genpkey -algorithm ed25519 -out secrets/identity_private_key
[ -s secrets/identity_public_key ] || openssl pkey -in secrets/identity_private_key -pubout -out secrets/identity_public_key
# Containers run as nobody: the files are readable inside, the folder is closed outside.
chmod 644 secrets/*
chmod 700 secrets
{
  echo "DATABASE_PASSWORD=$(cat secrets/database_password)"
  echo "NATS_TOKEN=$(cat secrets/nats_token)"
  echo "S3_ACCESS_KEY=$(cat secrets/s3_access_key)"
  echo "S3_SECRET_KEY=$(cat secrets/s3_secret_key)"
} >secrets/compose.env
echo "secrets are in deploy/secrets"
