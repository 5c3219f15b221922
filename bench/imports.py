"""Mesure la reprise d'un tableau : 10 000 lignes lues, vérifiées, écrites, défaites, et la mémoire.

``python -m bench.imports [--lignes 10000]``

Le tableau est fait des vraies communes du Puy-de-Dôme, une sur dix sous un ancien nom ou mal
écrite. Rien n'est affirmé : c'est une mesure (le budget est d'une minute, mémoire plate).
"""

import argparse
import io
import itertools
import os
import random
import resource
import time
from datetime import date, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accueil.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.backends.postgresql.psycopg_any import DateRange  # noqa: E402
from openpyxl import Workbook  # noqa: E402

from partenaires.enums import EtatConvention, Fonction, Module, TypeStructure  # noqa: E402
from partenaires.models import (  # noqa: E402
    Commune,
    CommuneAncienne,
    Convention,
    ConventionStructure,
    Mandat,
    Reseau,
    ReseauCommune,
    Structure,
)
from porteurs.services.imports import annulation, lecture, travaux  # noqa: E402
from socle.acteur import acteur_de  # noqa: E402
from socle.models import Utilisateur  # noqa: E402

SLUG = "bench-imports"
BUDGET_S = 60
DEPUIS = date(2020, 1, 1)
TITRES = (
    "Référence", "Prénom", "Nom", "Courriel", "Téléphone", "Date de naissance", "Commune", "Projet",
    "Nature", "Secteur", "Étape", "Ouvert le", "Dernier contact", "Besoins", "Commentaire",
)  # fmt: skip


def semer() -> tuple[Reseau, Structure, Utilisateur]:
    """Un réseau du Puy-de-Dôme, une structure, une technicienne ; gardés d'une mesure à l'autre."""
    call_command("migrate", verbosity=0)
    call_command("charger_territoires", verbosity=0)
    personne, _ = Utilisateur.objects.get_or_create(
        email=f"technicienne@{SLUG}.test", defaults={"prenom": "Ida", "nom": "Mesure"}
    )
    reseau, neuf = Reseau.objects.get_or_create(
        slug=SLUG, defaults={"nom": "Mesure des imports", "modules": [Module.DOSSIERS]}
    )
    if neuf:
        ReseauCommune.objects.bulk_create(
            ReseauCommune(reseau=reseau, commune=c)
            for c in Commune.objects.filter(departement__code="63")
        )
        structure = Structure.objects.create(nom=SLUG, type=TypeStructure.ASSOCIATION)
        periode = DateRange(DEPUIS, None)
        convention = Convention.objects.create(
            reseau=reseau, intitule="Mesure", etat=EtatConvention.SIGNEE, periode=periode
        )
        ConventionStructure.objects.create(convention=convention, structure=structure)
        Mandat.objects.create(
            utilisateur=personne,
            structure=structure,
            reseau=reseau,
            fonction=Fonction.TECHNICIEN,
            periode=periode,
        )
    return reseau, Structure.objects.get(nom=SLUG), personne


def tableau(lignes: int) -> bytes:
    hasard = random.Random(63)  # noqa: S311 - un tableau d'essai, pas un secret
    noms = list(Commune.objects.filter(departement__code="63").values_list("nom", flat=True))
    anciens = list(
        CommuneAncienne.objects.filter(commune__departement__code="63")
        .exclude(nom="")
        .values_list("nom", flat=True)
    )
    classeur = Workbook(write_only=True)
    feuille = classeur.create_sheet("Suivi")
    feuille.append(TITRES)
    for n in range(lignes):
        lieu = hasard.choice(anciens if n % 20 == 0 else noms)
        if n % 20 == 10 and len(lieu) > 9:
            lieu = lieu[:5] + lieu[6:]
        ouvert = date.today() - timedelta(days=hasard.randint(30, 600))
        feuille.append(
            [
                f"R{n}", f"Prénom{n % 97}", f"Personne{n}", f"p{n}@bench.test",
                f"06 39 98 {n // 100 % 100:02d} {n % 100:02d}",
                date(1960 + n % 45, 1 + n % 12, 1 + n % 28), lieu, f"Reprise d’un commerce {n}",
                hasard.choice(["création", "reprise"]), hasard.choice(["commerce", "restauration"]),
                hasard.choice(["idée", "étude", "montage", "sans suite"]), ouvert,
                ouvert + timedelta(days=20), "Un local", "Une remarque de la personne qui suit.",
            ]
        )  # fmt: skip
    flux = io.BytesIO()
    classeur.save(flux)
    return flux.getvalue()


def memoire() -> int:
    """Le plus haut atteint par ce processus, en Mo."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def dire(quoi: str, debut: float) -> float:
    print(
        f"{quoi:34} {time.monotonic() - debut:6.1f} s   mémoire au plus {memoire()} Mo", flush=True
    )
    return time.monotonic()


def mesurer(lignes: int) -> None:
    reseau, structure, personne = semer()
    acteur = acteur_de(personne)
    fichier = tableau(lignes)
    with connection.cursor() as curseur:
        curseur.execute("SET statement_timeout = '120s'")
    print(f"{lignes} lignes, classeur de {len(fichier) // 1024} ko, {memoire()} Mo au départ")
    depart = debut = time.monotonic()
    import_dossiers = lecture.deposer(
        acteur=acteur, reseau=reseau, structure=structure, fichier=fichier, nom="bench.xlsx"
    )
    debut = dire("lu et mis en attente", debut)
    lecture.associer_colonnes(
        acteur=acteur,
        import_dossiers=import_dossiers,
        colonnes=import_dossiers.colonnes,
        nature="creation",
    )
    travaux.mener(import_dossiers.pk)
    debut = dire("vérifié", debut)
    for tour in itertools.count(1):
        import_dossiers.refresh_from_db()
        if not import_dossiers.questions or tour > 3:
            break
        reponses: dict[str, dict] = {}
        for question in import_dossiers.questions:
            champ = "commune" if question["champ"].startswith("co") else question["champ"]
            reponses.setdefault(champ, {})[question["texte"]] = question["choix"][0][0]
        lecture.preciser(acteur=acteur, import_dossiers=import_dossiers, reponses=reponses)
        travaux.mener(import_dossiers.pk)
        debut = dire(f"précisé ({len(import_dossiers.questions)} mots), relu", debut)
    print(f"  {import_dossiers.comptes}")
    travaux.demander_l_ecriture(acteur=acteur, import_dossiers=import_dossiers)
    travaux.mener(import_dossiers.pk)
    debut = dire("écrit", debut)
    dire(f"en tout, budget {BUDGET_S} s", depart)
    import_dossiers.refresh_from_db()
    print(f"  {import_dossiers.etat} {import_dossiers.message}")
    debut = time.monotonic()
    annulation.demander(acteur=acteur, import_dossiers=import_dossiers)
    travaux.mener(import_dossiers.pk)
    dire("défait", debut)


if __name__ == "__main__":
    lecture_des_options = argparse.ArgumentParser(description=__doc__)
    lecture_des_options.add_argument("--lignes", type=int, default=10_000)
    mesurer(lecture_des_options.parse_args().lignes)
