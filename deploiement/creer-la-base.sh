#!/usr/bin/env bash
# Exécuté une fois par l'image de PostgreSQL : l'application a son rôle, sans privilège.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --set mot_de_passe="$MOT_DE_PASSE_MAILLON" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE maillon LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'mot_de_passe';
CREATE DATABASE maillon OWNER maillon;
SQL
