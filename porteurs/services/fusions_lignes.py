"""Ce qui se passe, ligne par ligne, quand un dossier en rejoint un autre.

Tout passe par ``socle.fusion_lignes.Deplacement`` : chaque ligne touchée est notée, et se remonte.
Le dossier réuni a les règles de partage les plus fermées des deux. Ce que l'on n'a pas gardé
(une valeur, une étape) s'écrit au fil : rien n'est perdu.
"""

from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils import timezone

from porteurs.coordonnees import cle_nom
from porteurs.enums import Audience, EtatAffectation, NatureEchange
from porteurs.models import (
    Acces,
    AccordPartage,
    Affectation,
    Dossier,
    DoublonSignale,
    Echange,
    EtapeDossier,
    PartAdulte,
    Participation,
    PointReunion,
    Porteur,
    VoletPrive,
    VoletProfessionnel,
)
from porteurs.services.adresses import changer_adresse
from porteurs.services.fusions_comparaison import (
    ABSORBE,
    CHAMPS_DOSSIER,
    CHAMPS_PORTEUR,
    Cote,
    Paire,
    champs_de,
    etape_gardee,
    libelle,
    libelle_du_role,
    part_de,
    valeur_lue,
)
from porteurs.services.fusions_lectorat import fermer, lectorat
from socle.coordonnees import telephone_international
from socle.dates import date_en_mots
from socle.fusion_lignes import Deplacement, cles_vers
from socle.refus import Refus

LONGUEUR_NOTE = Echange._meta.get_field("texte").max_length
# Ce qui se déduit du reste, ou se range avant le déplacement général.
A_PART = (Acces, VoletProfessionnel, VoletPrive)


@dataclass(frozen=True)
class Partage:
    """Ce qu'une personne sait et veut : l'information, l'opposition."""

    informe_le: date | None
    mode: str
    opposition_le: date | None

    @property
    def ouverture(self) -> int:
        """0 elle s'oppose, 1 elle n'est pas informée, 2 elle l'est."""
        if self.opposition_le:
            return 0
        return 2 if self.informe_le else 1

    def ouvre(self, dossier: Dossier) -> bool:
        """La personne est informée, ne s'oppose pas, et le réseau a ouvert le partage."""
        return self.ouverture == 2 and dossier.reseau.partage_ouvert_le is not None

    @property
    def valeurs(self) -> dict:
        return {
            "informe_le": self.informe_le,
            "information_mode": self.mode,
            "opposition_le": self.opposition_le,
        }


def partage_du_dossier(dossier: Dossier) -> Partage:
    return Partage(dossier.informe_le, dossier.information_mode, dossier.opposition_le)


def partage_de(participation: Participation) -> Partage:
    """Celui du principal est au dossier ; celui des autres, à leur participation."""
    if participation.rang == 1:
        return partage_du_dossier(participation.dossier)
    p = participation
    return Partage(p.informe_le, p.information_mode, p.opposition_le)


def plus_ferme(un: Partage, autre: Partage) -> Partage:
    """Le plus fermé des deux ; à égalité, le plus récent, qui ouvre le moins longtemps."""
    if un.ouverture != autre.ouverture:
        return min(un, autre, key=lambda p: p.ouverture)
    return max(un, autre, key=lambda p: p.opposition_le or p.informe_le or date.min)


def ferme_le_principal(principal: Partage, adulte: Partage) -> Partage:
    """L'opposition dite comme adulte du foyer vaut aussi comme principal ; le silence, non."""
    return adulte if adulte.ouverture < min(1, principal.ouverture) else principal


def partage_reuni(garde: Dossier, absorbe: Dossier, paires: list[Paire]) -> Partage:
    """Le partage de la fiche réunie : fermée dès que l'une des deux l'était."""
    reuni = plus_ferme(partage_du_dossier(garde), partage_du_dossier(absorbe))
    for paire in paires:
        if paire.garde.rang == 1:
            reuni = ferme_le_principal(reuni, partage_de(paire.absorbe))
    return reuni


@dataclass
class Reunion:
    """Une réunion en cours : les deux côtés, les choix, ce qu'on écarte."""

    garde: Cote
    absorbe: Cote
    paires: list[Paire]
    choix: dict[str, str]
    jour: date
    # Faux quand seules deux personnes se réunissent, et que chacune garde ses dossiers.
    un_seul_dossier: bool = True
    deplacement: Deplacement = field(init=False)
    ecartes: list[str] = field(default_factory=list)
    ecartes_prives: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.deplacement = Deplacement(
            complements={PointReunion: _point, Participation: self._participation_double}
        )

    def _participation_double(self, deplacement, double, gardee) -> None:
        """La même personne, dans un autre dossier où ses deux fiches se trouvaient."""
        deux = Participation.objects.select_related("dossier").in_bulk([double, gardee])
        double, gardee = deux[double], deux[gardee]
        if 1 in (double.rang, gardee.rang):
            principal, autre = sorted((double, gardee), key=lambda p: p.rang)
            partage = ferme_le_principal(partage_de(principal), partage_de(autre))
            deplacement.modifier(Dossier, gardee.dossier_id, **partage.valeurs)
        else:
            partage = plus_ferme(partage_de(double), partage_de(gardee))
            deplacement.modifier(Participation, gardee.pk, **partage.valeurs)
        if double.rang == 1:
            dernier = gardee.dossier.participations.aggregate(r=Max("rang"))["r"]
            deplacement.modifier(Participation, double.pk, rang=dernier + 1)
            deplacement.modifier(Participation, gardee.pk, rang=1)
        if double.adresse_a_confirmer_depuis:
            _attendre(deplacement, [gardee])
        accords_fermes(deplacement, double.pk, gardee.pk, self.jour)

    # --- Les valeurs -------------------------------------------------------------------------

    def valeurs(self, prefixe: str, garde, absorbe, champs, prive: bool = False) -> dict:
        """Ce que l'objet gardé reprend de l'autre : ce qu'il taisait, et ce qu'on a choisi."""
        reprises = {}
        for champ in champs:
            un, autre = valeur_lue(garde, champ), valeur_lue(absorbe, champ)
            if not autre or un == autre:
                continue
            ecarte = autre
            if not un or self.choix.get(f"{prefixe}.{champ.name}") == ABSORBE:
                reprises[champ.attname] = getattr(absorbe, champ.attname)
                ecarte = un
            if ecarte:
                (self.ecartes_prives if prive else self.ecartes).append(
                    f"{libelle(champ)}\u00a0: {ecarte}"
                )
        return reprises

    def modifier(self, modele, objet, valeurs: dict) -> None:
        if valeurs:
            self.deplacement.modifier(modele, objet.pk, **valeurs)


def _point(deplacement: Deplacement, double, gardee) -> None:
    """Le même dossier deux fois à l'ordre du jour : la décision prise reste, le mot aussi."""
    deux = PointReunion.objects.in_bulk([double, gardee])
    double, gardee = deux[double], deux[gardee]
    valeurs = {}
    if double.decision and not gardee.decision:
        valeurs |= {"decision": double.decision, "decide_le": double.decide_le}
    elif double.decision and double.decision != gardee.decision:
        longueur = PointReunion._meta.get_field("decision").max_length
        valeurs["decision"] = f"{gardee.decision} / {double.decision}"[:longueur]
    if double.mot and not gardee.mot:
        valeurs["mot"] = double.mot
    if valeurs:
        deplacement.modifier(PointReunion, gardee.pk, **valeurs)


# --- Deux dossiers ---------------------------------------------------------------------------


def reunir_les_lignes(reunion: Reunion, *, auteur, structure) -> Deplacement:
    """Tout ce qui était du dossier absorbé passe au gardé, et l'absorbé s'efface.

    À appeler dans une transaction, les deux dossiers réservés. Lève ``Refus``, en une phrase, si
    quelque chose ne se réunit pas.
    """
    garde, absorbe = reunion.garde.dossier, reunion.absorbe.dossier
    partage = partage_reuni(garde, absorbe, reunion.paires)
    _signalements(reunion.deplacement, garde, absorbe)
    _etapes(reunion)
    _roles(reunion)
    _lecteurs(reunion, partage)
    _volets(reunion)
    _adultes(reunion)
    try:
        for champ in cles_vers(Dossier):
            if champ.model not in A_PART:
                _deplacer_tout(reunion.deplacement, champ, absorbe.pk, garde.pk)
    except IntegrityError:
        raise Refus(
            "Ces deux dossiers ont quelque chose en commun qu’on ne sait pas réunir. Rien n’a été "
            "touché."
        ) from None
    _fiche(reunion, partage)
    acces = Acces.objects.filter(dossier=absorbe.pk)
    acces._raw_delete(acces.db)
    reunion.deplacement.supprimer(Dossier, absorbe.pk)
    _numero_du_partenaire(reunion)
    _noter(reunion, auteur, structure)
    return reunion.deplacement


def _deplacer_tout(deplacement: Deplacement, champ, ancien, nouveau) -> None:
    avant = deplacement.laissees[champ.model]
    deplacement.deplacer(champ, ancien, nouveau)
    if deplacement.laissees[champ.model] > avant:
        noms = champ.model._meta.verbose_name_plural
        raise Refus(
            f"Ces deux dossiers sont l’un pour l’autre dans des {noms}\u00a0: ce sont bien deux projets."
        )


def _signalements(deplacement: Deplacement, garde: Dossier, absorbe: Dossier) -> None:
    """Signalés comme doublons l'un de l'autre, ils n'ont plus à l'être."""
    deux = [garde.pk, absorbe.pk]
    lignes = DoublonSignale.objects.filter(dossier__in=deux, autre__in=deux)
    for pk in lignes.order_by("pk").values_list("pk", flat=True):
        deplacement.supprimer(DoublonSignale, pk)


def _etapes(reunion: Reunion) -> None:
    """Une seule suite d'étapes reste ; l'autre se raconte au fil."""
    garde, absorbe = reunion.garde.dossier, reunion.absorbe.dossier
    ecarte = garde if etape_gardee(garde, absorbe, reunion.choix) == ABSORBE else absorbe
    etapes = list(ecarte.etapes.order_by("pk"))
    recit = ", ".join(f"{e.get_etape_display()} le {date_en_mots(e.le)}" for e in etapes)
    reunion.ecartes.append(f"Étapes\u00a0: {recit}")
    motifs = "\u00a0; ".join(e.motif for e in etapes if e.motif)
    if motifs:
        reunion.ecartes.append(f"Motifs de ces étapes\u00a0: {motifs}")
    for etape in etapes:
        reunion.deplacement.supprimer(EtapeDossier, etape.pk)


def _roles(reunion: Reunion) -> None:
    """Un référent, un parrain : celui qu'on a choisi reste, l'autre finit aujourd'hui."""
    deplacement = reunion.deplacement
    for role in {*reunion.garde.roles} & {*reunion.absorbe.roles}:
        un, autre = reunion.garde.roles[role], reunion.absorbe.roles[role]
        if (un.utilisateur_id, un.structure_id) == (autre.utilisateur_id, autre.structure_id):
            debut = min(un.periode.lower, autre.periode.lower)
            deplacement.modifier(Affectation, un.pk, periode=DateRange(debut, None))
            deplacement.supprimer(Affectation, autre.pk)
            continue
        finit = un if reunion.choix.get(f"role.{role}") == ABSORBE else autre
        fin = max(reunion.jour, finit.periode.lower + timedelta(days=1))
        deplacement.modifier(Affectation, finit.pk, periode=DateRange(finit.periode.lower, fin))
        reunion.ecartes.append(
            f"{libelle_du_role(role)} jusqu’au {date_en_mots(fin)}\u00a0: {finit.utilisateur.nom_complet}"
        )
    pressentis = reunion.garde.dossier.affectations.proposees().values("role")
    retires = reunion.absorbe.dossier.affectations.proposees().filter(role__in=pressentis)
    for pk in retires.order_by("pk").values_list("pk", flat=True):
        deplacement.modifier(
            Affectation, pk, etat=EtatAffectation.RETIREE, repondue_le=timezone.now()
        )


def _lecteurs(reunion: Reunion, partage: Partage) -> None:
    """Les tiers qui ne lisaient qu'un des deux dossiers n'en liront pas deux."""
    garde, absorbe = reunion.garde.dossier, reunion.absorbe.dossier
    finis = lectorat(garde, absorbe, ouvert=partage.ouvre(garde)).finis
    reunion.ecartes += fermer(reunion.deplacement, finis, reunion.jour)


def _volets(reunion: Reunion) -> None:
    garde, absorbe = reunion.garde, reunion.absorbe
    for modele, prefixe, un, autre, prive in (
        (VoletProfessionnel, "pro", garde.pro, absorbe.pro, False),
        (VoletPrive, "prive", garde.prive, absorbe.prive, True),
    ):
        if autre is None:
            continue
        if un is None:
            reunion.deplacement.modifier(modele, autre.pk, dossier=garde.dossier.pk)
            continue
        reunion.modifier(modele, un, reunion.valeurs(prefixe, un, autre, champs_de(modele), prive))
        reunion.deplacement.supprimer(modele, autre.pk)


# --- Les adultes -----------------------------------------------------------------------------


def _adultes(reunion: Reunion) -> None:
    """La même personne n'a qu'une participation ; les autres viennent après celles du gardé."""
    deplacement = reunion.deplacement
    doubles = {paire.absorbe.pk: paire for paire in reunion.paires}
    garde = reunion.garde.dossier
    rang = max(p.rang for p in reunion.garde.participations)
    for participation in reunion.absorbe.participations:
        paire = doubles.get(participation.pk)
        if paire is not None:
            _adulte(reunion, paire)
            continue
        rang += 1
        deplacement.modifier(
            Participation,
            participation.pk,
            dossier=garde,
            rang=rang,
            **partage_de(participation).valeurs,
        )


def _adulte(reunion: Reunion, paire: Paire) -> None:
    deplacement = reunion.deplacement
    if paire.garde.rang != 1:
        partage = plus_ferme(partage_de(paire.garde), partage_de(paire.absorbe))
        deplacement.modifier(Participation, paire.garde.pk, **partage.valeurs)
    if paire.absorbe.adresse_a_confirmer_depuis:
        _attendre(deplacement, [paire.garde])
    accords_fermes(deplacement, paire.absorbe.pk, paire.garde.pk, reunion.jour)
    un, autre = part_de(paire.garde), part_de(paire.absorbe)
    if un and autre:
        champs = champs_de(PartAdulte)
        reunion.modifier(
            PartAdulte, un, reunion.valeurs(f"part-{paire.cle}", un, autre, champs, prive=True)
        )
        deplacement.supprimer(PartAdulte, autre.pk)
    complement = deplacement.complements.pop(Participation)
    deplacement.fondre(Participation, paire.absorbe.pk, paire.garde.pk)
    deplacement.complements[Participation] = complement
    if paire.garde.porteur_id != paire.absorbe.porteur_id:
        reunir_deux_personnes(
            reunion, f"personne-{paire.cle}", paire.garde.porteur, paire.absorbe.porteur
        )


def accords_fermes(deplacement: Deplacement, double: int, garde: int, jour: date) -> None:
    """Un accord ne tient que s'il vaut dans les deux dossiers, et jusqu'à la première des deux fins."""
    doubles = AccordPartage.objects.filter(participation=double, retire_le=None)
    vivants = {a.structure_id: a for a in doubles.en_vigueur(jour)}
    maintenant = timezone.now()
    for accord in AccordPartage.objects.filter(participation=garde, retire_le=None).order_by("pk"):
        jumeau = vivants.get(accord.structure_id)
        if jumeau is None:
            deplacement.modifier(AccordPartage, accord.pk, retire_le=maintenant)
            continue
        fins = [a.jusqua for a in (accord, jumeau) if a.jusqua]
        deplacement.modifier(AccordPartage, accord.pk, jusqua=min(fins, default=None))
    for pk in doubles.order_by("pk").values_list("pk", flat=True):
        deplacement.modifier(AccordPartage, pk, retire_le=maintenant)


def reunir_deux_personnes(reunion: Reunion, prefixe: str, garde: Porteur, absorbe: Porteur) -> None:
    """Une seule fiche de personne : ses autres dossiers, ses messages, tout suit."""
    valeurs = reunion.valeurs(prefixe, garde, absorbe, champs_de(Porteur, CHAMPS_PORTEUR))
    _reunir_les_adresses(reunion, valeurs.get("email", garde.email), garde, absorbe)
    reunion.deplacement.fondre(Porteur, absorbe.pk, garde.pk)
    if valeurs:
        nom = cle_nom(valeurs.get("prenom", garde.prenom), valeurs.get("nom", garde.nom))
        if "telephone_saisi" in valeurs:
            valeurs["telephone"] = telephone_international(valeurs["telephone_saisi"])
        reunion.deplacement.modifier(Porteur, garde.pk, **valeurs | {"cle_nom": nom})


def _reunir_les_adresses(reunion: Reunion, email: str, garde: Porteur, absorbe: Porteur) -> None:
    """Deux adresses n'en font plus qu'une : ce qu'elle gagne attend qu'on la confirme.

    La ligne s'écrit par le déplacement ; ici, ce que le changement ferme et dit. Défaire rouvre.
    """
    structures = {c.dossier.structure_responsable_id for c in (reunion.garde, reunion.absorbe)}

    def fermer(parts) -> None:
        _attendre(reunion.deplacement, parts)

    for personne in (garde, absorbe):
        changer_adresse(copy(personne), email, structures=structures, fermer=fermer)
    if garde.email and absorbe.email and garde.email.lower() != absorbe.email.lower():
        fermer(Participation.objects.filter(porteur__in=[garde.pk, absorbe.pk]))


def _attendre(deplacement: Deplacement, parts) -> None:
    for part in parts:
        if part.adresse_a_confirmer_depuis is None:
            deplacement.modifier(Participation, part.pk, adresse_a_confirmer_depuis=timezone.now())


# --- La fiche et la note ---------------------------------------------------------------------


def _fiche(reunion: Reunion, partage: Partage) -> None:
    garde, absorbe = reunion.garde.dossier, reunion.absorbe.dossier
    valeurs = reunion.valeurs("dossier", garde, absorbe, champs_de(Dossier, CHAMPS_DOSSIER))
    if etape_gardee(garde, absorbe, reunion.choix) == ABSORBE:
        valeurs |= {
            "etape": absorbe.etape,
            "etape_depuis": absorbe.etape_depuis,
            "clos_le": absorbe.clos_le,
        }
    valeurs |= partage.valeurs | {
        "ouvert_le": min(garde.ouvert_le, absorbe.ouvert_le),
        "dernier_contact_le": max(garde.dernier_contact_le, absorbe.dernier_contact_le),
        "activite_le": max(garde.activite_le, absorbe.activite_le),
        "revision": garde.revision + 1,
    }
    reunion.deplacement.modifier(Dossier, garde.pk, **valeurs)


def _numero_du_partenaire(reunion: Reunion) -> None:
    """Le numéro qu'un partenaire donne au dossier : gardé, son prochain tableau le retrouvera."""
    garde, absorbe = reunion.garde.dossier, reunion.absorbe.dossier
    if not absorbe.reference_partenaire:
        return
    if garde.reference_partenaire:
        reunion.ecartes.append(f"Référence du partenaire\u00a0: {absorbe.reference_partenaire}")
        return
    reunion.deplacement.modifier(
        Dossier,
        garde.pk,
        reference_partenaire=absorbe.reference_partenaire,
        reference_de=absorbe.reference_de_id,
    )


def _noter(reunion: Reunion, auteur, structure) -> None:
    absorbe = reunion.absorbe.dossier
    entete = (
        f"Le dossier {absorbe.reference}, ouvert le {date_en_mots(absorbe.ouvert_le)} par "
        f"{absorbe.structure_responsable.nom}, a été réuni à celui-ci le {date_en_mots(reunion.jour)}."
    )
    noter_les_ecartes(reunion, entete, auteur, structure)


def noter_les_ecartes(reunion: Reunion, entete: str, auteur, structure) -> None:
    """Au fil, ce qu'on n'a pas gardé : pour l'équipe, et à part ce qui touche à la vie privée."""
    # Réunir n'est pas un contact : la note prend la date du dernier.
    le = reunion.garde.dossier.dernier_contact_le
    if reunion.un_seul_dossier:
        le = max(le, reunion.absorbe.dossier.dernier_contact_le)
    for lignes, prive in ((reunion.ecartes, False), (reunion.ecartes_prives, True)):
        if not lignes:
            continue
        for texte in _pages([entete, "Ce qui n’a pas été gardé\u00a0:", *lignes]):
            note = Echange.objects.create(
                dossier=reunion.garde.dossier,
                auteur=auteur,
                structure=structure,
                nature=NatureEchange.NOTE,
                audience=Audience.EQUIPE,
                prive=prive,
                le=le,
                texte=texte,
            )
            reunion.deplacement.ajouter(note)


def _pages(lignes: list[str]) -> list[str]:
    """Ces lignes en autant de notes qu'il en faut ; une ligne trop longue se coupe."""
    pages = [""]
    for ligne in lignes:
        for debut in range(0, len(ligne), LONGUEUR_NOTE):
            morceau = ligne[debut : debut + LONGUEUR_NOTE]
            suite = f"{pages[-1]}\n{morceau}".lstrip("\n")
            if len(suite) > LONGUEUR_NOTE:
                pages.append(morceau)
            else:
                pages[-1] = suite
    return pages
