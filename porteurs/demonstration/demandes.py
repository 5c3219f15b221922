"""Les demandes de la démonstration : à prendre, en retard, prises, closes, au parent."""

from dataclasses import dataclass, replace
from datetime import timedelta

from partenaires.demonstration.contexte import Contexte, instant, telephone, uuid_de
from partenaires.demonstration.structures import AUVERGNE, LIVRADOIS, SANFLORAIN
from partenaires.enums import Fonction
from partenaires.models import Commune, Epci
from porteurs import jours_ouvres
from porteurs.coordonnees import cle_nom
from porteurs.enums import EtatDemande, MotifCloture, SourceDemande
from porteurs.models import (
    Demande,
    Dossier,
    PermanenceEpci,
    TourPermanence,
    TransmissionDemande,
)
from porteurs.models.demande import ALERTE, DELAI
from porteurs.services.demandes import rapprocher
from socle.coordonnees import telephone_international

AMBERT, THIERS, BRIOUDE = "200070761", "200070712", "200085728"
PERMANENCES = {
    AMBERT: ("cc-ambert", "parc", "ca-63"),
    THIERS: ("cc-thiers", "pil-thiers"),
    BRIOUDE: ("pil-brioude", "cci-43"),
}
ACCUEIL = "accueil.mairie@demo.maillon.invalid"
MAIRIES = (
    ("Patricia Genestier", "Mairie de Thiers"),
    ("Odile Brun", "Maison de services d’Arlanc"),
)


@dataclass(frozen=True)
class Recue:
    """``il_y_a`` : en jours ouvrés. ``structure`` vide : à confier. ``suite`` : répondue, et comment."""

    il_y_a: int
    prenom: str
    nom: str
    commune: str
    projet: str
    structure: str = ""
    reseau: str = LIVRADOIS
    message: str = ""
    mairie: bool = False
    suite: str = ""
    passee_par: str = ""


R = Recue
PRISE = "prise"
CLOSES = {"injoignable": MotifCloture.INJOIGNABLE, "renseignee": MotifCloture.RENSEIGNEE}
RECUES = (
    R(
        1,
        "Solène",
        "Vaudable",
        "63003",
        "Ouvrir un café-librairie dans le centre",
        "cc-ambert",
        message="Disponible le matin. A déjà visité deux locaux rue de la République.",
        mairie=True,
    ),
    R(3, "Kévin", "Rochefolle", "63010", "Reprendre un garage rural", "cc-ambert"),
    R(7, "Aminata", "Desgeorges", "63230", "S’installer en famille, télétravail", "cc-ambert"),
    R(2, "Loïc", "Mirambeau", "63430", "Créer un atelier de coutellerie", "pil-thiers"),
    R(
        4,
        "Yvette",
        "Charbonnel",
        "63003",
        "Transmettre la quincaillerie",
        "cci-63",
        mairie=True,
        passee_par="cc-ambert",
    ),
    R(6, "Denis", "Fayolle", "43040", "Maraîchage sur deux hectares", ""),
    R(
        12,
        "Inès",
        "Courtial",
        "63003",
        "Salon de coiffure à domicile",
        "cc-ambert",
        mairie=True,
        suite=PRISE,
    ),
    R(30, "Marius", "Pégoud", "63125", "Gîte d’étape", "parc", mairie=True, suite="injoignable"),
    R(45, "Colette", "Bravard", "63430", "Restaurant du midi", "cc-thiers", suite="renseignee"),
    R(2, "Rémi", "Lascombes", "15187", "Fromagerie de vallée", "cc-saint-flour", SANFLORAIN),
    R(3, "Fatiha", "Morel", "03190", "Reprendre une épicerie", "", AUVERGNE),
    R(8, "Gaël", "Tournadre", "15014", "Bureau d’études en ligne", "", AUVERGNE),
)


def construire(contexte: Contexte) -> None:
    hasard = contexte.hasard("demandes")
    _tenir_les_permanences(contexte, hasard)
    communes = {c.code: c for c in Commune.objects.filter(code__in={r.commune for r in RECUES})}
    demandes = [
        _demande(contexte, hasard, rang, recue, communes[recue.commune])
        for rang, recue in enumerate(RECUES, start=1)
    ]
    Demande.objects.bulk_create(demandes)
    TransmissionDemande.objects.bulk_create(
        TransmissionDemande(
            demande=demande,
            le=demande.confiee_le,
            par=contexte.en_poste(
                demande.reseau,
                contexte.structures[recue.passee_par].pk,
                contexte.jour,
                Fonction.TECHNICIEN,
            )[0].utilisateur,
            de=contexte.structures[recue.passee_par],
            vers=demande.structure,
            motif="Un commerce à transmettre\u00a0: vous connaissez le dossier mieux que nous.",
        )
        for demande, recue in zip(demandes, RECUES, strict=True)
        if recue.passee_par
    )
    for demande in demandes:
        rapprocher(demande)


def _tenir_les_permanences(contexte: Contexte, hasard) -> None:
    reseau = contexte.reseaux[LIVRADOIS]
    epcis = {e.code: e for e in Epci.objects.filter(code__in=PERMANENCES)}
    for code, cles in PERMANENCES.items():
        permanence = PermanenceEpci.objects.create(
            uuid=uuid_de(hasard),
            reseau=reseau,
            epci=epcis[code],
            servie=contexte.structures[cles[0]],
        )
        TourPermanence.objects.bulk_create(
            TourPermanence(permanence=permanence, structure=contexte.structures[cle], rang=rang)
            for rang, cle in enumerate(cles, start=1)
        )


def _demande(contexte: Contexte, hasard, rang: int, recue: Recue, commune: Commune) -> Demande:
    reseau = contexte.reseaux[recue.reseau]
    structure = contexte.structures[recue.structure] if recue.structure else None
    jour = contexte.jour
    for _ in range(recue.il_y_a):
        jour = contexte.calendrier.avant(jour - timedelta(days=1))
    dossier = None
    if recue.suite == PRISE:
        # Un vrai dossier de la structure : sa personne est celle qu'on avait signalée.
        dossier = _un_dossier(reseau, structure)
        personne = dossier.participations.select_related("porteur").order_by("rang")[0].porteur
        recue = replace(recue, prenom=personne.prenom, nom=personne.nom, projet=dossier.intitule)
        commune = dossier.commune
        jour = contexte.calendrier.avant(dossier.ouvert_le - timedelta(days=2))
    arrivee = instant(reseau, jour, 9 + rang % 8, 5 * rang % 60)
    saisi = telephone("06 39 98", 4000 + rang)
    return Demande(
        uuid=uuid_de(hasard),
        depot=uuid_de(hasard),
        reseau=reseau,
        structure=structure,
        commune=commune,
        source=SourceDemande.SIGNALEMENT,
        prenom=recue.prenom,
        nom=recue.nom,
        cle_nom=cle_nom(recue.prenom, recue.nom),
        email=f"demande{rang}@porteur.maillon.invalid" if rang % 2 else "",
        telephone_saisi=saisi,
        telephone=telephone_international(saisi),
        projet=recue.projet,
        message=recue.message,
        accord_le=jour,
        recue_le=arrivee,
        confiee_le=arrivee,
        alerte_le=jours_ouvres.apres(jour, ALERTE, reseau.fuseau),
        promise_le=jours_ouvres.apres(jour, DELAI, reseau.fuseau),
        **_signalant(contexte, rang, recue),
        **_reponse(contexte, reseau, structure, recue, arrivee, dossier),
    )


def _un_dossier(reseau, structure) -> Dossier:
    """Le dernier dossier ouvert que suit cette structure."""
    return (
        Dossier.objects.select_related("commune")
        .filter(reseau=reseau, structure_responsable=structure, clos_le=None)
        .order_by("-ouvert_le", "-pk")[0]
    )


def _signalant(contexte: Contexte, rang: int, recue: Recue) -> dict:
    if recue.mairie:
        mandat = contexte.mandat_de(ACCUEIL)
        return {"signalant": mandat.utilisateur, "signalant_structure": mandat.structure}
    nom, organisme = MAIRIES[rang % len(MAIRIES)]
    return {"signalant_nom": nom, "signalant_organisme": organisme}


def _reponse(contexte: Contexte, reseau, structure, recue: Recue, arrivee, dossier) -> dict:
    if not recue.suite:
        return {"etat": EtatDemande.TRANSMISE if recue.passee_par else EtatDemande.NOUVELLE}
    par = contexte.en_poste(reseau, structure.pk, contexte.jour, Fonction.TECHNICIEN)[0]
    reponse = {"repondue_le": arrivee + timedelta(days=1), "repondue_par": par.utilisateur}
    if dossier is not None:
        return reponse | {"etat": EtatDemande.PRISE, "dossier": dossier}
    return reponse | {"etat": EtatDemande.CLOSE, "motif": CLOSES[recue.suite]}
