"""Mesure la matrice « qui fait quoi » : 200 communes, 60 structures, 30 thèmes, 8 étapes.

``make bench``, ou ``python -m bench.couverture [--tours 150]`` avec un PostgreSQL dans
l'environnement. Deux réseaux sont semés une fois : l'un comme dans la vie (chaque structure fait
huit thèmes à cinq étapes), l'autre où tout le monde fait tout. Rien n'est affirmé : c'est une mesure,
en multiples d'une vue nue qui lit vingt-cinq lignes d'un million (EXIGENCES, Vitesse 3).
"""

import argparse
import os
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.reglages")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.backends.postgresql.psycopg_any import DateRange  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.serveur import Page, mesurer  # noqa: E402
from partenaires.enums import (  # noqa: E402
    CHAINE,
    Cote,
    EtatConvention,
    Fonction,
    TypeStructure,
)
from partenaires.models import (  # noqa: E402
    Commune,
    Competence,
    CompetenceCommune,
    CompetencePersonne,
    Convention,
    ConventionStructure,
    Mandat,
    Reseau,
    ReseauCommune,
    Structure,
    StructureCommune,
    Theme,
)
from socle.models import Utilisateur  # noqa: E402

RESEAUX = ("bench-comme-la-vie", "bench-tout-le-monde-fait-tout")
COMMUNES, STRUCTURES, THEMES = 200, 60, 30
AMBERT = "200070761"


class Semis:
    """Un réseau de 200 communes et 60 structures ; ``tout`` : chacune fait tout, partout."""

    def __init__(self, slug: str, tout: bool):
        self.slug, self.tout = slug, tout
        self.reseau = Reseau.objects.create(nom="Réseau mesuré", slug=slug)
        self.communes = self._communes()
        self.themes = self._themes()
        self.structures = Structure.objects.bulk_create(
            Structure(
                nom=f"Structure {n}", cle_tri=f"{slug} {n:03}", type=TypeStructure.ASSOCIATION
            )
            for n in range(STRUCTURES)
        )
        self.personnes = self._personnes()
        self._competences()

    def _communes(self) -> list[int]:
        """Des intercommunalités entières et voisines, la première étant celle d'Ambert."""
        voisines = Commune.objects.filter(departement__code__in=("63", "43"), epci__isnull=False)
        communes = sorted(
            voisines.values_list("epci__code", "code", "pk"), key=lambda c: (c[0] != AMBERT, c)
        )
        communes = [pk for *_, pk in communes[:COMMUNES]]
        ReseauCommune.objects.bulk_create(
            ReseauCommune(reseau=self.reseau, commune_id=pk) for pk in communes
        )
        return communes

    def _themes(self) -> list[int]:
        communs = Theme.objects.filter(reseau=None).count()
        Theme.objects.bulk_create(
            Theme(
                reseau=self.reseau,
                code=f"bench-{n}",
                libelle=f"thème local {n}",
                cote=Cote.PROFESSIONNEL,
                ordre=500 + n,
            )
            for n in range(THEMES - communs)
        )
        return [theme.pk for theme in Theme.objects.du_reseau(self.reseau)]

    def _personnes(self) -> list[list[int]]:
        """Une convention pour tous, et trois techniciens par structure."""
        periode = DateRange(timezone.localdate() - timedelta(days=400), None)
        convention = Convention.objects.create(
            reseau=self.reseau, intitule="Convention", etat=EtatConvention.SIGNEE, periode=periode
        )
        ConventionStructure.objects.bulk_create(
            ConventionStructure(convention=convention, structure=s) for s in self.structures
        )
        personnes = Utilisateur.objects.bulk_create(
            Utilisateur(email=f"p{p}.{n}@{self.slug}.test", prenom="Camille", nom=f"Mesure {n}")
            for n in range(STRUCTURES)
            for p in range(3)
        )
        Mandat.objects.bulk_create(
            Mandat(
                utilisateur=personne,
                structure=self.structures[rang // 3],
                reseau=self.reseau,
                fonction=Fonction.TECHNICIEN,
                periode=periode,
            )
            for rang, personne in enumerate(personnes)
        )
        return [[p.pk for p in personnes[3 * n : 3 * n + 3]] for n in range(STRUCTURES)]

    def _competences(self) -> None:
        """Deux structures sur trois ne vont que dans une partie du réseau ; un thème sur dix a ses
        propres communes, une structure sur deux nomme deux personnes, une sur cinq a son secteur."""
        StructureCommune.objects.bulk_create(
            StructureCommune(structure=structure, commune_id=pk)
            for n, structure in enumerate(self.structures)
            if n % 3
            for rang, pk in enumerate(self.communes)
            if (rang + 13 * n) % COMMUNES < 90
        )
        rangs, competences = [], []
        for n, structure in enumerate(self.structures):
            for t, theme in enumerate(self.themes):
                for e, etape in enumerate(CHAINE):
                    if self.tout or ((t + 7 * n) % THEMES < 8 and (e + n) % 8 < 5):
                        rangs.append((n, t))
                        competences.append(
                            Competence(
                                structure=structure,
                                theme_id=theme,
                                etape=etape,
                                sections=[] if n % 5 else ["A"],
                            )
                        )
        competences = Competence.objects.bulk_create(competences, batch_size=5000)
        CompetenceCommune.objects.bulk_create(
            CompetenceCommune(competence=competence, commune_id=pk)
            for (n, t), competence in zip(rangs, competences, strict=True)
            if (t + n) % 10 == 0
            for pk in self.communes[n % 17 :: 17]
        )
        CompetencePersonne.objects.bulk_create(
            CompetencePersonne(competence=competence, utilisateur_id=pk)
            for (n, _), competence in zip(rangs, competences, strict=True)
            if n % 2 == 0
            for pk in self.personnes[n][:2]
        )


def semer() -> None:
    """Migre, charge les communes, sème les deux réseaux ; ce qui est déjà là est gardé."""
    call_command("migrate", verbosity=0)
    call_command("charger_territoires", verbosity=0)
    for slug in RESEAUX:
        if Reseau.objects.filter(slug=slug).exists():
            continue
        with transaction.atomic():
            Semis(slug, tout=slug == RESEAUX[1])
    with connection.cursor() as curseur:
        curseur.execute("ANALYZE")


def main() -> None:
    lecture = argparse.ArgumentParser(description=__doc__)
    lecture.add_argument("--tours", type=int, default=150)
    tours = lecture.parse_args().tours
    semer()
    for slug in RESEAUX:
        base = f"/r/{slug}/qui-fait-quoi/"
        nombre = Competence.objects.filter(structure__cle_tri__startswith=f"{slug} ").count()
        print(f"\n{slug} : {nombre} compétences\n")
        personne = Utilisateur.objects.get(email=f"p1.1@{slug}.test")
        mesurer(
            personne,
            [
                Page("tout le réseau", base, 5),
                Page("une intercommunalité", f"{base}?epci={AMBERT}", 5),
                Page("un secteur, une intercommunalité", f"{base}?epci={AMBERT}&secteur=A", 5),
                Page("toutes les intercommunalités", f"{base}?epci=toutes", 8),
            ],
            tours,
        )


if __name__ == "__main__":
    main()
