"""Un dossier tel que sa page le montre : le plus possible en une seule requête.

Ce que l'acteur ne lit pas n'est pas demandé à la base. Les lignes liées arrivent en JSON avec le
dossier et redeviennent des objets de leur modèle, que les blocs de la page lisent comme les autres.
"""

from datetime import date, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from partenaires.enums import Cote
from partenaires.models import Structure
from porteurs.enums import EtatDemandeAcces, NatureReunion, Volet
from porteurs.models import (
    Acces,
    AccordPartage,
    Action,
    Affectation,
    Besoin,
    DemandeAcces,
    Dossier,
    EtapeDossier,
    Financement,
    Orientation,
    PartAdulte,
    Participation,
    Relais,
    Remplacement,
    Reunion,
    SuiviInstallation,
    VoletPrive,
    VoletProfessionnel,
)
from porteurs.models.dossier import DossierQuerySet
from porteurs.services.volets import (
    CHAMPS_D_UN_ADULTE,
    CHAMPS_PRIVES,
    CHAMPS_PROFESSIONNELS,
)
from socle.models import Brouillon, Utilisateur


def lire_dossier(dossiers: DossierQuerySet, acteur, uuid) -> Dossier | None:
    """Le dossier de la page, ou rien. ``dossiers`` vient de ``visible_par(…).avec_volet(…)``.

    Pose ``personnes``, ``roles``, ``relais_lus``, ``etapes_lues``, ``actions_lues``, les volets lisibles
    (``professionnel_lu``, ``prive_lu``, ``parts_lues``), ``accords_lus``, ``demandes_lues``,
    ``orientations_lues``, et, en dictionnaires, ``financements_lus`` et ``droits_lus``.
    """
    dossier = (
        dossiers.pour_page()
        .select_related("installation__commune")
        .annotate(**_de_la_fiche(acteur), **_du_suivi(acteur), **_des_volets(acteur))
        .filter(uuid=uuid)
        .first()
    )
    if dossier is not None:
        _rendre_aux_modeles(dossier)
    return dossier


def _lignes(lignes, *champs: str, **expressions) -> ArraySubquery:
    """Ces lignes du dossier, en une colonne de JSON."""
    return ArraySubquery(lignes.values(json=JSONObject(**{c: c for c in champs}, **expressions)))


def _nom_de(lien: str) -> Concat:
    return Concat(F(f"{lien}__prenom"), Value(" "), F(f"{lien}__nom"), output_field=CharField())


def _dit(champ: str, acteur, *concernees: str) -> Case:
    """Ce mot, pour qui suit le dossier ou exerce dans l'une des structures concernées ; vide sinon."""
    lit = Q(Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "dossier"))
    for structure in concernees:
        for mandat in acteur.mandats:
            lit |= Q(**{structure: mandat.structure_id, "dossier__reseau": mandat.reseau_id})
    return Case(When(lit, then=F(champ)), default=Value(""), output_field=TextField())


def _de_la_fiche(acteur) -> dict:
    """Ce que lit quiconque voit la fiche, ou ce qu'il faut pour décider de ce qu'il peut.

    Les mots écrits d'une structure à l'autre ne se lisent que d'elles, et de qui suit.
    """
    du_dossier = {"dossier": OuterRef("pk")}
    jour = timezone.localdate()
    return {
        "roles_json": _lignes(
            Affectation.objects.filter(**du_dossier).order_by("pk"),
            *(
                "pk",
                "uuid",
                "role",
                "etat",
                "repondue_le",
                "utilisateur_id",
                "structure_id",
            ),
            motif=_dit("motif", acteur, "structure"),
            du=Func(F("periode"), function="lower"),
            au=Func(F("periode"), function="upper"),
            prenom="utilisateur__prenom",
            nom="utilisateur__nom",
            structure_nom="structure__nom",
        ),
        "absences_json": _lignes(
            Remplacement.objects.en_cours(jour).filter(
                reseau=OuterRef("reseau"),
                absent__in=Affectation.objects.en_cours()
                .filter(dossier=OuterRef(OuterRef("pk")))
                .values("utilisateur"),
            ),
            "absent_id",
            retour=Func(F("periode"), function="upper"),
            prenom="remplacant__prenom",
            nom="remplacant__nom",
        ),
        "relais_json": _lignes(
            Relais.objects.filter(**du_dossier).order_by("pk"),
            *(
                "pk",
                "uuid",
                "etat",
                "propose_le",
                "repondu_le",
                "de_id",
                "vers_id",
            ),
            resume=_dit("resume", acteur, "de", "vers"),
            motif=_dit("motif", acteur, "de", "vers"),
            de_nom="de__nom",
            vers_nom="vers__nom",
        ),
        "etapes_json": _lignes(
            EtapeDossier.objects.filter(**du_dossier).order_by("pk"),
            *("pk", "etape", "le", "motif", "cree_le"),
        ),
        "demandes_json": _lignes(
            DemandeAcces.objects.filter(**du_dossier, etat=EtatDemandeAcces.ENVOYEE).order_by("pk"),
            *("pk", "uuid", "demandee_le", "structure_id"),
            motif=_dit("motif", acteur, "structure"),
            structure_nom="structure__nom",
        ),
        "droits_lus": _lignes(
            Acces.objects.en_cours(jour).filter(**du_dossier),
            *("beneficiaire", "volet", "prive", "prive_jusqua"),
        ),
        "reunion_a_venir": Subquery(
            Reunion.objects.a_venir(timezone.now())
            .filter(reseau=OuterRef("reseau"), nature=NatureReunion.TECHNIQUE)
            .values("uuid")[:1]
        ),
    }


def _du_suivi(acteur) -> dict:
    """Ce qui n'est demandé que pour qui suit le dossier."""
    suivi = Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "dossier")
    du_dossier = {"dossier": OuterRef("pk")}
    return {
        "actions_json": _lignes(
            Action.objects.filter(suivi, **du_dossier, faite_le=None).order_by("echeance", "pk"),
            *("pk", "uuid", "libelle", "echeance", "responsable_id"),
            prenom="responsable__prenom",
            nom="responsable__nom",
        ),
        "financements_lus": _lignes(
            Financement.objects.filter(suivi, **du_dossier).acquis().order_by("accorde_le", "pk"),
            *("pk", "nature", "montant"),
            le="accorde_le",
            structure=Coalesce("structure__nom", "financeur"),
        ),
        "accords_json": _lignes(
            AccordPartage.objects.en_vigueur(acteur.jour)
            .filter(
                Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "participation__dossier"),
                participation__dossier=OuterRef("pk"),
            )
            .order_by("pk"),
            *("pk", "participation_id", "structure_id", "jusqua"),
            structure_nom="structure__nom",
        ),
        "orientations_json": _lignes(
            Orientation.objects.filter(
                Acces.objects.ouvrant(acteur, Volet.PROFESSIONNEL, "besoin__dossier"),
                besoin__dossier=OuterRef("pk"),
            ).order_by("pk"),
            *("pk", "etat", "motif", "envoyee_le", "repondue_le", "structure_id"),
            structure_nom="structure__nom",
            theme="besoin__theme__libelle",
            cote="besoin__cote",
            envoyee_par=_nom_de("envoyee_par"),
            repondue_par=_nom_de("repondue_par"),
        ),
        "a_un_besoin": Exists(Besoin.objects.filter(**du_dossier)),
        "nouvelles_dues": Subquery(
            SuiviInstallation.objects.filter(
                installation__dossier=OuterRef("pk"),
                reponse="",
                clos_le=None,
                echeance__lte=acteur.jour,
            )
            .order_by("mois")
            .values("uuid")[:1]
        ),
        "note_commencee": Subquery(
            Brouillon.objects.filter(
                utilisateur=acteur.utilisateur_id,
                cle=Concat(
                    Value("echange_noter:"),
                    Cast(OuterRef("uuid"), CharField()),
                    output_field=CharField(),
                ),
            ).values(json=JSONObject(champs="champs", ecrit_le="ecrit_le"))[:1]
        ),
    }


def _des_volets(acteur) -> dict:
    """Chaque volet par sa propre règle de lecture."""
    du_dossier = {"dossier": OuterRef("pk")}
    return {
        "professionnel_json": Subquery(
            VoletProfessionnel.objects.visible_par(acteur)
            .filter(**du_dossier)
            .values(json=JSONObject(pk="pk", **{c: c for c in CHAMPS_PROFESSIONNELS}))[:1]
        ),
        "prive_json": Subquery(
            VoletPrive.objects.visible_par(acteur)
            .filter(**du_dossier)
            .values(json=JSONObject(pk="pk", **{c: c for c in CHAMPS_PRIVES}))[:1]
        ),
        "parts_json": _lignes(
            PartAdulte.objects.visible_par(acteur).filter(participation__dossier=OuterRef("pk")),
            *("pk", "participation_id", *CHAMPS_D_UN_ADULTE),
        ),
    }


def _objet(modele, ligne: dict, **liens):
    """La ligne, redevenue un objet de son modèle : dates et montants compris."""
    valeurs = {
        nom: modele._meta.get_field(nom.removesuffix("_id")).to_python(valeur)
        if nom != "pk"
        else valeur
        for nom, valeur in ligne.items()
        if nom == "pk" or nom.removesuffix("_id") in _noms(modele)
    }
    return modele(**valeurs, **liens)


def _noms(modele) -> set[str]:
    return {champ.name for champ in modele._meta.local_fields}


def _orientation(ligne: dict, structure) -> Orientation:
    """Avec ``theme``, ``prive``, et qui a proposé et répondu en toutes lettres."""
    du_fil = {
        "theme": ligne.pop("theme"),
        "prive": ligne.pop("cote") == Cote.PRIVE,
        "proposee_par": ligne.pop("envoyee_par").strip(),
        "tranchee_par": ligne.pop("repondue_par").strip(),
    }
    orientation = _objet(Orientation, ligne, structure=structure(ligne))
    for nom, valeur in du_fil.items():
        setattr(orientation, nom, valeur)
    return orientation


def _absence(ligne: dict | None) -> dict | None:
    """Jusqu'à quel jour la personne est absente, et qui prend la suite."""
    if ligne is None:
        return None
    dernier = date.fromisoformat(ligne["retour"]) - timedelta(days=1)
    return {"jusqua": dernier, "suite": " ".join(filter(None, (ligne["prenom"], ligne["nom"])))}


def _rendre_aux_modeles(dossier: Dossier) -> None:
    def structure(ligne, cle="structure"):
        return Structure(pk=ligne.pop(f"{cle}_id"), nom=ligne.pop(f"{cle}_nom"))

    def personne(ligne, cle):
        return Utilisateur(
            pk=ligne.pop(f"{cle}_id"), prenom=ligne.pop("prenom"), nom=ligne.pop("nom")
        )

    dossier.roles = [
        _objet(
            Affectation,
            ligne,
            dossier=dossier,
            utilisateur=personne(ligne, "utilisateur"),
            structure=structure(ligne),
            periode=_periode(ligne),
        )
        for ligne in dossier.roles_json
    ]
    absences = {ligne["absent_id"]: ligne for ligne in dossier.absences_json}
    for role in dossier.roles:
        role.absence = _absence(absences.get(role.utilisateur_id))
    dossier.relais_lus = [
        _objet(
            Relais, ligne, dossier=dossier, de=structure(ligne, "de"), vers=structure(ligne, "vers")
        )
        for ligne in dossier.relais_json
    ]
    dossier.orientations_lues = [
        _orientation(ligne, structure) for ligne in dossier.orientations_json
    ]
    dossier.etapes_lues = [_objet(EtapeDossier, ligne) for ligne in dossier.etapes_json]
    dossier.actions_lues = [
        _objet(Action, ligne, dossier=dossier, responsable=personne(ligne, "responsable"))
        for ligne in dossier.actions_json
    ]
    dossier.demandes_lues = [
        _objet(DemandeAcces, ligne, dossier=dossier, structure=structure(ligne))
        for ligne in dossier.demandes_json
    ]
    dossier.accords_lus = [
        _objet(AccordPartage, ligne, structure=structure(ligne)) for ligne in dossier.accords_json
    ]
    commencee = dossier.note_commencee
    dossier.note_commencee_le = commencee and parse_datetime(commencee["ecrit_le"])
    dossier.professionnel_lu = _seul(VoletProfessionnel, dossier.professionnel_json)
    dossier.prive_lu = _seul(VoletPrive, dossier.prive_json)
    dossier.parts_lues = {
        ligne["participation_id"]: _objet(PartAdulte, ligne) for ligne in dossier.parts_json
    }


def _periode(ligne: dict) -> DateRange | None:
    du, au = (
        Participation._meta.get_field("informe_le").to_python(ligne.pop(b)) for b in ("du", "au")
    )
    return DateRange(du, au) if du else None


def _seul(modele, ligne: dict | None):
    return _objet(modele, ligne) if ligne else modele()
