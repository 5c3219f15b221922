"""La matrice de visibilité : chaque lecteur, par chaque voie, pendant que tout ce qui fuirait existe.

Un dossier plein porte un mot introuvable ailleurs à chaque endroit sensible : la fiche, le nom, les
coordonnées, les notes de chaque audience, les deux volets, la part d'un adulte, le besoin, la pièce,
l'action. Chaque lecteur le cherche par chaque voie ; la page du dossier doit montrer exactement ce
qui lui revient, et aucune autre voie ne doit en dire davantage.
"""

import io
from dataclasses import dataclass, field

import pytest
from django.urls import reverse
from pypdf import PdfReader

from porteurs.enums import Audience, ModeAccord, RoleAffectation
from porteurs.models import (
    AccordPartage,
    Action,
    Besoin,
    Dossier,
    PartAdulte,
    Participation,
    VoletPrive,
    VoletProfessionnel,
)
from porteurs.services import dossier as services
from porteurs.services import exports
from porteurs.services.acces import indexer, recalculer
from porteurs.services.reunion import preparer_digests
from socle.acteur import acteur_de
from socle.courriels import composer
from socle.models import Courriel
from tests.fabriques import (
    AffectationFabrique,
    ConventionFabrique,
    DossierFabrique,
    EchangeFabrique,
    MandatFabrique,
    PointReunionFabrique,
    ReunionFabrique,
    StructureFabrique,
)
from tests.fabriques.besoins import theme
from tests.fabriques.partenaires import aujourd_hui
from tests.fabriques.porteurs import PieceFabrique, PorteurFabrique

FICHE = {"fiche", "reseau"}
SUIVI = FICHE | {"nom", "courriel", "equipe", "pro", "piece", "action", "besoin_pro", "second"}
PRIVE = {"prive", "part", "note_privee", "besoin_prive", "piece_privee"}
TOUT = SUIVI | PRIVE | {"structure"}

# Ce que chacun lit du dossier informé : la règle de CONCEPTION §2, en ensembles.
ATTENDUS = {
    # La structure responsable, avec l'accord de chaque adulte.
    "auteur": TOUT,
    "collegue": TOUT,
    # La structure du référent, sans l'accord du foyer : elle suit, et ne lit rien du volet privé.
    "referente": SUIVI,
    # Le reste du réseau, et l'animation : la fiche partagée.
    "voisine": FICHE,
    "animatrice": FICHE,
    # Le parrain : le volet professionnel.
    "parrain": SUIVI,
    # Rien pour les autres.
    "elue": set(),
    "auditrice": set(),
    "accueil": set(),
    "echue": set(),
    "etrangere": set(),
    "animatrice_b": set(),
    "administratrice": set(),
}
# Ce qui reste quand la personne s'oppose : la structure, et qui suivait déjà.
FERME = ATTENDUS | {"voisine": set(), "animatrice": set()}


@dataclass
class Vitrine:
    """Le dossier plein, ses mots, et de quoi l'ouvrir par chaque voie."""

    dossier: Dossier
    mots: dict[str, str]
    reunion: object
    personnes: dict = field(default_factory=dict)
    connecter: object = None

    def lus(self, texte: str) -> set[str]:
        """Les endroits du dossier que ce texte révèle."""
        return {ou for ou, mot in self.mots.items() if mot in texte}

    def client(self, nom):
        return self.connecter(self.personnes[nom])


@pytest.fixture
def vitrine(distribution, connecter, marqueur):
    d = distribution
    court = marqueur[8:18]
    mots = {ou: f"{ou.replace('_', '')}{court}x" for ou in sorted(TOUT | FICHE)}
    autre = StructureFabrique(nom="Structure référente")
    ConventionFabrique(reseau=d.reseau, structures=[autre])
    referente = MandatFabrique(structure=autre, reseau=d.reseau)
    dossier = DossierFabrique(
        reseau=d.reseau,
        structure_responsable=d.s1,
        intitule=f"Projet {mots['fiche']}",
        porteur__prenom="Zoé",
        porteur__nom=mots["nom"],
        porteur__email=f"{mots['courriel']}@porteur.test",
        informe=True,
    )
    second = Participation.objects.create(
        dossier=dossier,
        porteur=PorteurFabrique(reseau=d.reseau, prenom=mots["second"].capitalize()),
        rang=2,
    )
    mots["second"] = mots["second"].capitalize()
    AffectationFabrique(
        dossier=dossier, mandat=referente, role=RoleAffectation.REFERENT, acceptee=True
    )
    AffectationFabrique(
        dossier=dossier, mandat=d.mandats["parrain"], role=RoleAffectation.PARRAIN, acceptee=True
    )
    ecrit = {"dossier": dossier, "structure": d.s1, "auteur": d.auteur}
    EchangeFabrique(**ecrit, audience=Audience.RESEAU, texte=mots["reseau"])
    EchangeFabrique(**ecrit, audience=Audience.EQUIPE, texte=mots["equipe"])
    EchangeFabrique(**ecrit, audience=Audience.STRUCTURE, texte=mots["structure"])
    EchangeFabrique(**ecrit, audience=Audience.EQUIPE, texte=mots["note_privee"], prive=True)
    VoletProfessionnel.objects.create(dossier=dossier, lieu=mots["pro"])
    VoletPrive.objects.create(dossier=dossier, logement=mots["prive"])
    premier = dossier.participations.get(rang=1)
    PartAdulte.objects.create(participation=premier, emploi=mots["part"])
    for adulte in (premier, second):
        AccordPartage.objects.create(
            participation=adulte, structure=d.s1, mode=ModeAccord.ORAL, donne_le=aujourd_hui(-3)
        )
    for cote, code in (("professionnel", "financement"), ("prive", "logement")):
        Besoin.objects.create(
            dossier=dossier,
            theme=theme(code),
            cote=cote,
            etape=dossier.etape,
            precisions=mots["besoin_pro" if cote == "professionnel" else "besoin_prive"],
        )
    PieceFabrique(dossier=dossier, intitule=mots["piece"], deposee_par=d.auteur)
    PieceFabrique(dossier=dossier, intitule=mots["piece_privee"], prive=True, deposee_par=d.auteur)
    Action.objects.create(
        dossier=dossier, libelle=mots["action"], responsable=d.auteur, echeance=aujourd_hui(2)
    )
    reunion = ReunionFabrique(reseau=d.reseau)
    PointReunionFabrique(reunion=reunion, dossier=dossier)
    indexer([dossier.pk])
    recalculer([dossier.pk])
    noms = set(ATTENDUS) - {"referente"}
    personnes = {nom: getattr(d, nom) for nom in noms} | {"referente": referente.utilisateur}
    return Vitrine(dossier, mots, reunion, personnes, connecter)


def _texte(reponse) -> str:
    """Ce que la réponse dit, PDF et flux compris ; rien quand elle refuse."""
    if reponse.status_code >= 300:
        return ""
    contenu = b"".join(reponse.streaming_content) if reponse.streaming else reponse.content
    if reponse["Content-Type"].startswith("application/pdf"):
        pages = PdfReader(io.BytesIO(contenu)).pages
        return "".join(p.extract_text() for p in pages).replace("\n", "")
    return contenu.decode()


def _du_dossier(route):
    def lire(v: Vitrine, nom: str) -> str:
        adresse = reverse(f"porteurs:{route}", args=[v.dossier.reseau.slug, v.dossier.uuid])
        return _texte(v.client(nom).get(adresse))

    return lire


def _du_reseau(route):
    def lire(v: Vitrine, nom: str) -> str:
        return _texte(v.client(nom).get(reverse(route, args=[v.dossier.reseau.slug])))

    return lire


def _tableau(v: Vitrine, nom: str) -> str:
    return _texte(v.client(nom).get(reverse("accueil:tableau")))


def _reunion(v: Vitrine, nom: str) -> str:
    adresse = reverse("porteurs:reunion", args=[v.dossier.reseau.slug, v.reunion.uuid])
    return _texte(v.client(nom).get(adresse))


def _courriel(v: Vitrine, nom: str) -> str:
    """Tous les courriels que la personne recevrait maintenant, sujets et corps."""
    preparer_digests()
    lignes = list(
        Courriel.objects.filter(destinataire=v.personnes[nom]).select_related("destinataire")
    )
    textes = []
    for _, message in composer(lignes, lambda ligne, erreur: pytest.fail(str(erreur))):
        if message is not None:
            textes += [message.sujet, message.texte, message.html]
    return "\n".join(textes)


def _export(v: Vitrine, nom: str) -> str:
    """Le tableau que la personne emporterait, en demandant tout."""
    export = exports.demander(
        acteur=acteur_de(v.personnes[nom]),
        reseau=v.dossier.reseau,
        motif="Essai de visibilité",
        format="csv",
        contenu="prive",
        filtres={"situation": ["tous"]},
    )
    exports.mener(export.pk)
    adresse = reverse("porteurs:export_fichier", args=[v.dossier.reseau.slug, export.uuid])
    return _texte(v.client(nom).get(adresse))


# La voie, et ce qu'elle peut dire au plus de ce qui revient au lecteur.
VOIES = {
    "page": _du_dossier("dossier"),
    "partage": _du_dossier("dossier_partage"),
    "soutiens": _du_dossier("dossier_soutiens"),
    "historique": _du_dossier("historique"),
    "pdf": _du_dossier("dossier_fiche"),
    "export": _export,
    "liste": _du_reseau("porteurs:dossiers"),
    "tableau": _tableau,
    "réunion": _reunion,
    "courriel": _courriel,
}


@pytest.mark.parametrize("nom", ATTENDUS)
def test_chaque_voie_ne_dit_que_ce_qui_revient(vitrine, nom):
    lu_sur_la_page = VOIES["page"](vitrine, nom)
    assert vitrine.lus(lu_sur_la_page) == ATTENDUS[nom]
    for voie, lire in VOIES.items():
        de_trop = vitrine.lus(lire(vitrine, nom)) - ATTENDUS[nom]
        assert not de_trop, f"{voie} révèle {de_trop} à {nom}"


@pytest.mark.parametrize("nom", ATTENDUS)
def test_la_recherche_ne_trouve_que_par_ce_qu_on_lit(vitrine, nom):
    """Chercher un mot qu'on ne lit pas ne ramène rien : la recherche ne devine pas."""
    client = vitrine.client(nom)
    adresse = reverse("porteurs:dossiers", args=[vitrine.dossier.reseau.slug])
    # Une pièce, une action et les précisions d'un besoin ne sont pas dans l'index.
    hors_index = {"piece", "piece_privee", "action", "besoin_pro", "besoin_prive"}
    for ou, mot in vitrine.mots.items():
        reponse = client.post(adresse, {"q": mot}, follow=True)
        trouve = (
            reponse.status_code == 200 and vitrine.dossier.reference in reponse.content.decode()
        )
        assert trouve == (ou in ATTENDUS[nom] - hors_index), (nom, ou)


@pytest.mark.parametrize("nom", FERME)
def test_l_opposition_ferme_partout_a_l_instant(vitrine, nom):
    services.enregistrer_opposition(
        acteur=acteur_de(vitrine.personnes["auteur"]), dossier=vitrine.dossier, le=aujourd_hui()
    )
    for voie, lire in VOIES.items():
        de_trop = vitrine.lus(lire(vitrine, nom)) - FERME[nom]
        assert not de_trop, f"{voie} révèle {de_trop} à {nom}"


def test_un_seul_accord_retire_ferme_le_volet_du_foyer(vitrine):
    """Chaque adulte choisit pour soi : la part du premier reste lisible, le foyer se ferme."""
    accord = AccordPartage.objects.get(
        participation__dossier=vitrine.dossier, participation__rang=2
    )
    accord.delete()
    recalculer([vitrine.dossier.pk])
    foyer = PRIVE - {"part"}
    for voie, lire in VOIES.items():
        assert not vitrine.lus(lire(vitrine, "auteur")) & foyer, voie
    assert "part" in vitrine.lus(VOIES["page"](vitrine, "auteur"))
    AccordPartage.objects.filter(participation__dossier=vitrine.dossier).delete()
    recalculer([vitrine.dossier.pk])
    for voie, lire in VOIES.items():
        assert not vitrine.lus(lire(vitrine, "auteur")) & PRIVE, voie


def test_avant_l_information_seule_la_structure_lit(vitrine):
    Dossier.objects.filter(pk=vitrine.dossier.pk).update(informe_le=None, information_mode="")
    recalculer([vitrine.dossier.pk])
    for nom in ("voisine", "animatrice"):
        for voie, lire in VOIES.items():
            assert not vitrine.lus(lire(vitrine, nom)), (voie, nom)
    assert vitrine.lus(VOIES["page"](vitrine, "collegue")) == TOUT
