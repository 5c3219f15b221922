"""Ce qui tourne à côté du portail : des fichiers fermés, des journaux sans personne dedans."""

import os
import stat
import subprocess
import sys

import yaml
from django.conf import settings

from socle.embarque.__main__ import main

POSEES = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORT", "MAILLON_VAR")


def test_ce_que_le_superviseur_ecrit_ne_se_lit_que_par_lui(tmp_path):
    """Et la commande qu'on lui confie garde, elle, les droits habituels de la personne."""
    racine, temoin = tmp_path / "var", tmp_path / "temoin"
    commande = f"touch {temoin}; find '{racine}' -type f -perm /077 -print"
    resultat = subprocess.run(
        [sys.executable, "-m", "socle.embarque", "exec", "--racine", racine]
        + ["--", "sh", "-c", commande],
        cwd=settings.BASE_DIR,
        env={nom: valeur for nom, valeur in os.environ.items() if nom not in POSEES},
        capture_output=True,
        text=True,
        umask=0o022,
        timeout=90,
        check=False,
    )
    assert resultat.returncode == 0, resultat.stderr
    assert (racine / "services.env").exists() is False
    assert resultat.stdout.strip() == ""
    assert stat.S_IMODE(temoin.stat().st_mode) == 0o644


def test_le_masque_du_processus_est_rendu(monkeypatch, capsys):
    vus = []

    def noter(*_):
        vus.append(os.umask(0o077))
        os.umask(vus[-1])
        return 0

    monkeypatch.setattr("socle.embarque.__main__._run", noter)
    monkeypatch.setattr("socle.embarque.__main__.Signaux.installer", lambda soi: soi)
    avant = os.umask(0o022)
    try:
        assert main(["run"]) == 0
        assert vus == [0o077]
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(avant)


def test_la_base_deployee_n_ecrit_ni_ordres_ni_valeurs():
    compose = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text("utf-8"))
    commande = compose["services"]["db"]["command"]
    assert commande[0] == "postgres"
    assert set(commande[1:]) >= {
        "-clog_min_error_statement=panic",
        "-clog_error_verbosity=terse",
        "-clog_parameter_max_length_on_error=0",
    }
