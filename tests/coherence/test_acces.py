"""La table des accès dit toujours ce que dit la règle en clair, quoi qu'on fasse aux dossiers.

De petits mondes tirés au hasard : quelques dossiers, une suite de gestes par n'importe qui.
Après chacun, la table est comparée à la règle écrite phrase par phrase.
"""

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partenaires.services.mandats import terminer_mandat
from porteurs.enums import CHAINE, SORTIES, EtatAffectation, EtatRelais, RoleAffectation
from porteurs.models import Dossier
from porteurs.services import dossier as fiche
from porteurs.services import suivi
from porteurs.services.acces import LUS_PAR_LA_REGLE, ecarts, recalculer_reseau
from porteurs.services.departs import reprendre_les_suivis
from socle.acteur import acteur_de
from socle.refus import Refus
from tests.fabriques import commune

PERSONNES = ["auteur", "collegue", "voisine", "parrain", "etrangere"]


class Monde:
    """Un réseau et ses gestes possibles ; chacun rend la main quand il est refusé."""

    def __init__(self, distribution):
        self.d = distribution
        self.jour = timezone.localdate()

    def acteur(self, rang: int):
        return acteur_de(getattr(self.d, PERSONNES[rang % len(PERSONNES)]))

    def dossiers(self):
        return Dossier.objects.filter(reseau=self.d.reseau).order_by("pk")

    def dossier(self, rang: int):
        connus = list(self.dossiers())
        return connus[rang % len(connus)] if connus else self.ouvrir(rang, rang)

    def ouvrir(self, a: int, b: int):
        return fiche.ouvrir_dossier(
            acteur=self.acteur(a),
            reseau=self.d.reseau,
            structure=(self.d.s1, self.d.s2)[a % 2],
            prenom="Zoé",
            nom=f"Hasard{b % 3}",
            intitule=f"Projet {a} {b}",
            nature="creation",
            commune=commune(),
            informe_le=self.jour if b % 2 else None,
            information_mode="oral",
        )

    def informer(self, a, b):
        fiche.informer(acteur=self.acteur(b), dossier=self.dossier(a), le=self.jour, mode="oral")

    def s_opposer(self, a, b):
        fiche.enregistrer_opposition(acteur=self.acteur(b), dossier=self.dossier(a), le=self.jour)

    def changer_d_etape(self, a, b):
        etapes = [*CHAINE, *SORTIES]
        fiche.changer_etape(
            acteur=self.acteur(b),
            dossier=self.dossier(a),
            etape=etapes[b % len(etapes)],
            le=self.jour,
            motif="Parce que",
        )

    def noter(self, a, b):
        suivi.noter_echange(
            acteur=self.acteur(b),
            dossier=self.dossier(a),
            structure=self.d.s1,
            nature="note",
            le=self.jour - timedelta(days=b % 3),
            texte="Une note",
            audience="equipe",
        )

    def proposer_un_role(self, a, b):
        noms = ["auteur", "collegue", "voisine", "parrain"]
        mandat = self.d.mandats[noms[b % len(noms)]]
        role = RoleAffectation.PARRAIN if noms[b % 4] == "parrain" else RoleAffectation.REFERENT
        suivi.proposer_affectation(
            acteur=self.acteur(b), dossier=self.dossier(a), mandat=mandat, role=role
        )

    def repondre_a_un_role(self, a, b):
        proposees = self.dossier(a).affectations.filter(etat=EtatAffectation.PROPOSEE)
        for proposition in proposees[:1]:
            suivi.repondre_affectation(affectation=proposition, accepte=bool(b % 3), motif="Non")

    def proposer_un_relais(self, a, b):
        suivi.proposer_relais(
            acteur=self.acteur(b),
            dossier=self.dossier(a),
            vers=(self.d.s1, self.d.s2, self.d.s3)[b % 3],
            resume="La suite",
        )

    def repondre_a_un_relais(self, a, b):
        for relais in self.dossier(a).relais.filter(etat=EtatRelais.PROPOSE)[:1]:
            if b % 4 == 3:
                suivi.annuler_relais(relais=relais)
            else:
                suivi.repondre_relais(
                    acteur=self.acteur(b), relais=relais, accepte=bool(b % 2), motif="Non"
                )

    def finir_un_mandat(self, a, b):
        mandat = self.d.mandats[["collegue", "voisine", "parrain"][b % 3]]
        terminer_mandat(acteur=self.acteur(a), mandat=mandat)
        reprendre_les_suivis(self.d.reseau)

    def fermer_ou_ouvrir_le_partage(self, a, b):
        self.d.reseau.partage_ouvert_le = self.jour if b % 2 else None
        self.d.reseau.save(update_fields=["partage_ouvert_le"])
        recalculer_reseau(self.d.reseau)


GESTES = [
    nom
    for nom, f in vars(Monde).items()
    if callable(f) and nom not in {"__init__", "acteur", "dossiers", "dossier"}
]
SUITES = st.lists(
    st.tuples(st.sampled_from(GESTES), st.integers(0, 11), st.integers(0, 11)),
    min_size=3,
    max_size=14,
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(suite=SUITES)
def test_la_table_des_acces_dit_la_regle(distribution, suite):
    with transaction.atomic():
        monde = Monde(distribution)
        monde.ouvrir(0, 1)
        for geste, a, b in suite:
            with suppress(Refus), transaction.atomic():
                getattr(monde, geste)(a, b)
            phrases = ecarts(
                monde.dossiers().select_related("reseau").prefetch_related(*LUS_PAR_LA_REGLE)
            )
            assert phrases == [], geste
        transaction.set_rollback(True)
    distribution.reseau.refresh_from_db()
