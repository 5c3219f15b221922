"""La démonstration : des congés en cours et à venir, et qui prend la suite."""

from datetime import timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from partenaires.demonstration.contexte import Contexte
from partenaires.demonstration.personnes import COMPTES
from partenaires.enums import Fonction
from partenaires.models import Mandat
from porteurs.models import Remplacement

# Le compte mis en avant, qui remplace aujourd'hui, puis part à son tour.
EN_VUE = "technicienne.ambert"


def construire(contexte: Contexte) -> None:
    [compte] = [c for c in COMPTES if c.adresse == EN_VUE]
    sien = contexte.mandat_de(compte.email)
    jour = sien.reseau.aujourd_hui()
    collegues = (
        Mandat.objects.actifs(jour)
        .filter(reseau=sien.reseau, structure=sien.structure, fonction=Fonction.TECHNICIEN)
        .exclude(utilisateur=sien.utilisateur)
        .select_related("utilisateur")
        .order_by("pk")
    )
    collegue = collegues.first()
    if collegue is None:
        return
    for absent, remplacant, debut, duree, mot in (
        (collegue, sien, -2, 12, "Les conventions à signer sont dans l’armoire du fond."),
        (sien, collegue, 30, 7, ""),
    ):
        premier = jour + timedelta(days=debut)
        Remplacement.objects.create(
            reseau=sien.reseau,
            structure=sien.structure,
            absent=absent.utilisateur,
            remplacant=remplacant.utilisateur,
            periode=DateRange(premier, premier + timedelta(days=duree)),
            mot=mot,
        )
