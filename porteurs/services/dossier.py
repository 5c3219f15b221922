"""Ouvrir un dossier, tenir sa fiche, le faire avancer, informer la personne."""

from datetime import date

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from partenaires.enums import Fonction
from porteurs.enums import (
    CHAINE,
    SORTIES,
    Audience,
    Etape,
    EtatAffectation,
    EtatBesoin,
    EtatDemandeAcces,
    EtatOrientation,
    EtatRelais,
    NatureEchange,
)
from porteurs.models import (
    Besoin,
    Dossier,
    Echange,
    EtapeDossier,
    FusionDossiers,
    Orientation,
    Participation,
    Porteur,
)
from porteurs.services import doublons
from porteurs.services.acces import indexer, recalculer
from porteurs.services.acces_finis import finir
from socle.coordonnees import telephone_international
from socle.dates import date_en_mots
from socle.permissions import peut
from socle.refus import Refus


def prochaine_reference(reseau, jour: date) -> str:
    """« 2026-0417 » : le rang d'ouverture dans l'année, par réseau, sans trou ni doublon.

    Le verrou consultatif, tenu jusqu'à la fin de la transaction, met en file deux ouvertures
    simultanées du même réseau.
    """
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT pg_advisory_xact_lock(hashtext('porteurs.reference'), %s)", [reseau.pk]
        )
    annee = f"{jour.year}-"
    # Un dossier réuni à un autre garde sa référence : elle ne sert pas deux fois.
    lots = (
        Dossier.objects.filter(reseau=reseau, reference__startswith=annee),
        FusionDossiers.objects.filter(reseau=reseau, absorbe_reference__startswith=annee).annotate(
            reference=F("absorbe_reference")
        ),
    )
    # Le dix-millième dossier d'une année s'écrit plus long : il vient après « 9999 ».
    dernieres = [
        lot.order_by(Length("reference").desc(), "-reference")
        .values_list("reference", flat=True)
        .first()
        for lot in lots
    ]
    rang = max((int(d.partition("-")[2]) for d in dernieres if d), default=0) + 1
    return f"{jour.year}-{rang:04d}"


@transaction.atomic
def ouvrir_dossier(
    *,
    acteur,
    reseau,
    structure,
    prenom: str,
    nom: str,
    intitule: str,
    nature: str,
    commune,
    email: str = "",
    telephone: str = "",
    secteur: str = "",
    informe_le: date | None = None,
    information_mode: str = "",
    dossier_connu: Dossier | None = None,
) -> Dossier:
    """Ouvre un dossier au nom d'une structure ; il reste fermé au réseau tant que nul n'est informé.

    ``dossier_connu`` : un dossier visible de la même personne, dont le porteur est repris au
    lieu d'être recréé. Les ressemblances que l'acteur ne voit pas sont signalées à l'animation.
    """
    jour = reseau.aujourd_hui()
    maintenant = timezone.now()
    if structure.pk not in acteur.structures(reseau.pk, Fonction.TECHNICIEN):
        raise Refus("Vous n’ouvrez un dossier qu’au nom d’une structure où vous exercez.")
    _verifier_dates(jour, informe_le=informe_le)
    porteur = _porteur(reseau, prenom, nom, email, telephone, dossier_connu)
    dossier = Dossier.objects.create(
        reference=prochaine_reference(reseau, jour),
        reseau=reseau,
        structure_responsable=structure,
        intitule=intitule,
        nature=nature,
        secteur=secteur,
        commune=commune,
        etape=Etape.IDEE,
        etape_depuis=jour,
        informe_le=informe_le,
        information_mode=information_mode if informe_le else "",
        ouvert_le=jour,
        dernier_contact_le=jour,
        activite_le=maintenant,
        ouvert_par=acteur.utilisateur,
    )
    Participation.objects.create(dossier=dossier, porteur=porteur, rang=1)
    EtapeDossier.objects.create(dossier=dossier, etape=Etape.IDEE, le=jour, par=acteur.utilisateur)
    indexer([dossier.pk])
    recalculer([dossier.pk])
    doublons.signaler_les_invisibles(dossier, porteur, acteur)
    return dossier


def _porteur(reseau, prenom, nom, email, telephone, dossier_connu) -> Porteur:
    if dossier_connu is not None:
        return dossier_connu.participations.order_by("rang").first().porteur
    return Porteur.objects.create(
        reseau=reseau,
        prenom=prenom,
        nom=nom,
        email=email.lower(),
        telephone_saisi=telephone,
        telephone=telephone_international(telephone),
    )


def _verifier_dates(jour: date, **dates: date | None) -> None:
    for champ, valeur in dates.items():
        if valeur is not None and valeur > jour:
            raise Refus("Cette date est dans l’avenir.", champ)


def toucher(
    dossier: Dossier, *, contact_le: date | None = None, activite: bool = True, **champs
) -> None:
    """Écrit les champs donnés et marque l'activité ; un contact repousse la conservation.

    ``activite=False`` : un geste de gestion, qui ne réveille pas un dossier dormant.
    """
    for nom, valeur in champs.items():
        setattr(dossier, nom, valeur)
    a_ecrire = set(champs)
    if activite:
        dossier.activite_le = timezone.now()
        a_ecrire.add("activite_le")
    if contact_le and contact_le > dossier.dernier_contact_le:
        dossier.dernier_contact_le = contact_le
        a_ecrire.add("dernier_contact_le")
    if a_ecrire:
        dossier.save(update_fields=sorted(a_ecrire))
    recalculer([dossier.pk])


def verrouiller(dossier: Dossier) -> Dossier:
    """Relit la ligne en la réservant jusqu'à la fin de la transaction.

    La ligne est réservée seule : avec ses jointures, qui a attendu un changement de structure ne
    retrouverait plus rien. Ses relations se lisent ensuite.
    """
    Dossier.objects.select_for_update().only("pk").get(pk=dossier.pk)
    return Dossier.objects.select_related("reseau", "commune", "structure_responsable").get(
        pk=dossier.pk
    )


def verrouiller_pour(acteur, action: str, dossier: Dossier) -> Dossier:
    """Réserve le dossier et relit les droits : un relais accepté à l'instant les a peut-être ôtés."""
    dossier = verrouiller(dossier)
    if not peut(acteur, action, dossier):
        raise Refus(
            "Ce dossier a changé de mains ou d’état pendant que vous écriviez : rien n’est "
            "enregistré. Rouvrez sa page pour voir où il en est."
        )
    return dossier


def verrouiller_part_pour(acteur, action: str, participation: Participation) -> Participation:
    """Réserve le dossier, puis relit la part d'un adulte : un autre onglet l'a peut-être changée."""
    dossier = verrouiller_pour(acteur, action, participation.dossier)
    relue = (
        Participation.objects.select_related("porteur")
        .filter(pk=participation.pk, dossier=dossier)
        .first()
    )
    if relue is None:
        raise Refus("Cette personne n’est plus dans le projet : rien n’est enregistré.")
    relue.dossier = dossier
    return relue


@transaction.atomic
def modifier_fiche(
    *, acteur, dossier: Dossier, revision: int, intitule, nature, secteur, commune, prochaine_etape
) -> Dossier:
    """Modifie la fiche si personne ne l'a changée depuis la révision lue."""
    dossier = verrouiller_pour(acteur, "porteurs.dossier.modifier", dossier)
    if dossier.revision != revision:
        raise Refus(
            "Quelqu’un a modifié cette fiche pendant que vous écriviez. Voici sa version à côté "
            "de la vôtre : vérifiez, puis enregistrez de nouveau."
        )
    toucher(
        dossier,
        intitule=intitule,
        nature=nature,
        secteur=secteur,
        commune=commune,
        prochaine_etape=prochaine_etape,
        revision=F("revision") + 1,
    )
    indexer([dossier.pk])
    dossier.refresh_from_db(fields=["revision"])
    return dossier


@transaction.atomic
def changer_etape(*, acteur, dossier: Dossier, etape: str, le: date, motif: str = "") -> Dossier:
    """Fait avancer, reculer ou sortir un dossier ; reculer, sortir et rouvrir demandent un motif."""
    dossier = verrouiller_pour(acteur, "porteurs.dossier.etape", dossier)
    _verifier_dates(dossier.reseau.aujourd_hui(), le=le)
    if etape == dossier.etape:
        raise Refus("Le projet est déjà à cette étape.", "etape")
    if le < dossier.etape_depuis:
        raise Refus(
            f"Cette date précède l’étape en cours, commencée le {date_en_mots(dossier.etape_depuis)}.",
            "le",
        )
    if not motif and motif_requis(dossier.etape, etape):
        raise Refus("Un retour en arrière ou une sortie se raconte : dites pourquoi.", "motif")
    EtapeDossier.objects.create(
        dossier=dossier, etape=etape, le=le, motif=motif, par=acteur.utilisateur
    )
    if etape in SORTIES:
        retirer_les_propositions(dossier, dossier.affectations.proposees())
        _retirer_les_orientations(dossier)
    toucher(
        dossier,
        contact_le=le,
        etape=etape,
        etape_depuis=le,
        clos_le=le if etape in SORTIES else None,
    )
    return dossier


def retirer_les_propositions(dossier: Dossier, roles: QuerySet) -> None:
    """Le relais sans réponse et ces rôles proposés n'attendent plus personne."""
    maintenant = timezone.now()
    dossier.relais.filter(etat=EtatRelais.PROPOSE).update(
        etat=EtatRelais.ANNULE, repondu_le=maintenant
    )
    roles.update(etat=EtatAffectation.RETIREE, repondue_le=maintenant)


def _retirer_les_orientations(dossier: Dossier, **sauf) -> None:
    """Les besoins proposés et les accès demandés n'attendent plus de réponse de ces structures."""
    maintenant = timezone.now()
    envoyees = Orientation.objects.filter(besoin__dossier=dossier, etat=EtatOrientation.ENVOYEE)
    if sauf:
        envoyees = envoyees.exclude(**sauf)
    besoins = list(envoyees.values_list("besoin", flat=True))
    envoyees.update(etat=EtatOrientation.RETIREE, repondue_le=maintenant)
    Besoin.objects.filter(pk__in=besoins, etat=EtatBesoin.ORIENTE).exclude(
        orientations__etat=EtatOrientation.ENVOYEE
    ).update(etat=EtatBesoin.OUVERT)
    dossier.demandes_acces.filter(etat=EtatDemandeAcces.ENVOYEE).update(
        etat=EtatDemandeAcces.RETIREE, repondu_le=maintenant
    )


def motif_requis(actuelle: str, nouvelle: str) -> bool:
    """Vrai pour une sortie, une réouverture ou un retour en arrière dans la chaîne."""
    if nouvelle in SORTIES or actuelle in SORTIES:
        return True
    return CHAINE.index(nouvelle) < CHAINE.index(actuelle)


@transaction.atomic
def informer(*, acteur, dossier: Dossier, le: date, mode: str) -> Dossier:
    """Note que la personne est informée : la fiche s'ouvre au réseau.

    Après une opposition, seul un accord plus récent la rouvre, et le fil garde les deux.
    """
    dossier = verrouiller_pour(acteur, "porteurs.dossier.information", dossier)
    _verifier_dates(dossier.reseau.aujourd_hui(), le=le)
    if dossier.opposition_le:
        if le < dossier.opposition_le:
            raise Refus(
                f"Elle s’est opposée le {date_en_mots(dossier.opposition_le)} : son accord doit être "
                "plus récent.",
                "le",
            )
        noter_au_fil(dossier, acteur, le, "La personne accepte de nouveau le partage de sa fiche.")
    toucher(dossier, contact_le=le, informe_le=le, information_mode=mode, opposition_le=None)
    return dossier


@transaction.atomic
def enregistrer_opposition(*, acteur, dossier: Dossier, le: date) -> Dossier:
    """La personne s'oppose : le réseau cesse de voir la fiche aussitôt.

    Ce qui était proposé à d'autres structures est retiré : répondre leur ouvrirait le dossier. Les
    accès acceptés finissent ; un besoin déjà pris reste à la structure que la personne connaît.
    """
    dossier = verrouiller_pour(acteur, "porteurs.dossier.information", dossier)
    _verifier_dates(dossier.reseau.aujourd_hui(), le=le)
    if dossier.informe_le is None:
        raise Refus("La personne n’a pas encore été informée : rien n’est partagé.", "le")
    if le < dossier.informe_le:
        raise Refus(
            f"Elle a été informée le {date_en_mots(dossier.informe_le)} : son opposition vient après.",
            "le",
        )
    retirer_les_propositions(
        dossier,
        dossier.affectations.proposees().exclude(structure=dossier.structure_responsable_id),
    )
    _retirer_les_orientations(dossier, structure=dossier.structure_responsable_id)
    finis = finir(
        dossier, dossier.demandes_acces.exclude(structure=dossier.structure_responsable_id)
    )
    suite = f" Fin de l’accès de\u00a0: {', '.join(finis)}." if finis else ""
    noter_au_fil(
        dossier, acteur, le, f"La personne s’oppose au partage de sa fiche avec le réseau.{suite}"
    )
    toucher(dossier, contact_le=le, opposition_le=le)
    return dossier


def noter_au_fil(dossier: Dossier, acteur, le: date, texte: str) -> None:
    """Écrit au fil, pour l'équipe, un changement que les champs du dossier ne gardent pas."""
    Echange.objects.create(
        dossier=dossier,
        auteur=acteur.utilisateur,
        structure=dossier.structure_responsable,
        nature=NatureEchange.NOTE,
        audience=Audience.EQUIPE,
        le=le,
        texte=texte,
    )
