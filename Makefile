# Deux commandes suffisent : « make run » et « make test ». Chemins relatifs partout, pour
# qu'un dossier au nom à espaces convienne.
PYTHON ?= python3
PORT ?= 8000
PY := .venv/bin/python
EMBARQUE := $(PY) -m socle.embarque
# L'application telle qu'un hébergeur la règle : « check --deploy » ne doit rien y trouver.
PRODUCTION := SITE_URL=https://maillon.example ALLOWED_HOSTS=maillon.example MAILLON_DEMO=0 \
	DATABASE_URL=postgresql://maillon@localhost/maillon REDIS_URL=redis://localhost:6379/0 \
	EMAIL_URL=submission://localhost:587 \
	SECRET_KEY=pour-verifier-les-reglages-0123456789-abcdefghijklmnopqrstuvwxyz

.PHONY: run test test-complet test-lent bench lint resetdb donnees verrous
.DEFAULT_GOAL := run

run: .venv/installe
	@exec env PORT="$(PORT)" $(EMBARQUE) run

test: .venv/installe-test
	@exec $(EMBARQUE) exec --racine var/tests -- $(PY) -m pytest -n 2 -m "not lent" $(ARGS)

test-complet: .venv/installe-test
	@exec $(EMBARQUE) exec --racine var/tests -- $(PY) -m pytest -n 2 $(ARGS)

test-lent: .venv/installe-test
	@exec $(EMBARQUE) exec --racine var/tests -- $(PY) -m pytest -n 2 -m lent $(ARGS)

# Des mesures, en multiples d'une vue nue : rien n'échoue, on lit (bench/LISEZMOI.md).
bench: .venv/installe-test
	@$(EMBARQUE) exec --racine var/bench -- $(PY) -m bench.couverture $(ARGS)
	@exec $(EMBARQUE) exec --racine var/bench -- $(PY) -m bench.imports

lint: .venv/installe-test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -c "from importlinter.cli import lint_imports_command as lint; lint()"
	$(EMBARQUE) exec --racine var/tests -- $(PY) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

resetdb: .venv/installe
	@exec $(EMBARQUE) resetdb $(if $(OUI),--oui)

donnees: .venv/installe
	@exec $(EMBARQUE) exec -- $(PY) manage.py donnees

verrous: .venv/installe-test
	$(PY) -m pip install --quiet uv
	for nom in requirements requirements-test; do \
		$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --no-header "$$nom.in" -o "$$nom.lock" || exit 1; \
	done

# L'environnement n'est refait que si son verrou change. Celui des tests contient l'autre.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Maillon demande Python 3.11 ou plus récent : installez-le, puis « make $(MAKECMDGOALS) PYTHON=python3.11 »." >&2; exit 2; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python n'a pas pu créer .venv : installez le paquet python3-venv de votre système." >&2; exit 2; }

.venv/installe: requirements.lock | .venv/bin/pip
	@echo "Installation des dépendances…"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch .venv/installe

.venv/installe-test: requirements-test.lock | .venv/bin/pip
	@echo "Installation des dépendances de test…"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch .venv/installe .venv/installe-test
