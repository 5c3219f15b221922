"""Lire ce que le classement compare : trois requêtes, quel que soit le nombre de structures."""

from collections import defaultdict

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Count,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from partenaires.enums import Fonction
from partenaires.models import (
    Competence,
    CompetenceCommune,
    CompetencePersonne,
    Mandat,
    ReseauCommune,
    Structure,
    StructureCommune,
)
from porteurs.enums import EtatOrientation, RoleAffectation
from porteurs.models import Affectation, Besoin, Dossier, Orientation, Remplacement
from porteurs.orientation import classement
from porteurs.orientation.classement import Demande, Lieu, Partenaire, Personne, Proposition

# Une orientation dans l'un de ces états a dit non à ce besoin.
REFUS = (EtatOrientation.REFUSEE, EtatOrientation.PASSEE)
EN_COURS = (EtatOrientation.ENVOYEE, EtatOrientation.PRISE)


def proposer(besoin: Besoin) -> list[Proposition]:
    """Les structures à qui proposer ce besoin aujourd'hui, dans l'ordre.

    Celles qui l'ont déjà en main n'y sont pas. ``besoin`` vient avec son dossier, son réseau, son
    thème et sa commune.
    """
    return classement.classer(demande_de(besoin), partenaires(besoin))


def demande_de(besoin: Besoin) -> Demande:
    commune = besoin.dossier.commune
    return Demande(
        theme=besoin.theme.libelle,
        etape=besoin.etape,
        lieu=Lieu(commune.pk, commune.nom, commune.epci_id, commune.latitude, commune.longitude),
        section=besoin.dossier.secteur,
    )


def partenaires(besoin: Besoin) -> list[Partenaire]:
    reseau = besoin.dossier.reseau
    jour = reseau.aujourd_hui()
    competences = _competences(besoin, reseau, jour)
    personnes = _personnes(reseau, jour, list(competences))
    lus = _structures(besoin, reseau, list(competences))
    return [
        Partenaire(
            pk=s.pk,
            uuid=str(s.uuid),
            nom=s.nom,
            cle_tri=s.cle_tri,
            lieu=_lieu(s.commune),
            competences=tuple(competences[s.pk]),
            personnes=tuple(personnes.get(s.pk, ())),
            charge=s.dossiers_suivis + s.besoins_suivis,
            refus=s.refuse_le and s.refuse_le.astimezone(reseau.tz).date(),
        )
        for s in lus
    ]


def _lieu(commune) -> Lieu | None:
    if commune is None:
        return None
    return Lieu(commune.pk, commune.nom, commune.epci_id, commune.latitude, commune.longitude)


def _competences(besoin: Besoin, reseau, jour) -> dict[int, list[classement.Competence]]:
    """Par structure membre, ce qu'elle a déclaré du thème ; la règle est ``couverture.couvre``."""
    commune = besoin.dossier.commune_id
    lieux = CompetenceCommune.objects.filter(competence=OuterRef("pk"))
    dessertes = StructureCommune.objects.filter(structure=OuterRef("structure"))
    lignes = (
        Competence.objects.filter(
            theme=besoin.theme_id, structure__in=Structure.objects.membres(reseau.pk, jour)
        )
        .annotate(
            du_reseau=Exists(ReseauCommune.objects.filter(reseau=reseau, commune=commune)),
            bornee=Exists(lieux),
            lieu_ici=Exists(lieux.filter(commune=commune)),
            desserte_bornee=Exists(dessertes),
            desserte_ici=Exists(dessertes.filter(commune=commune)),
            nommees=ArraySubquery(
                CompetencePersonne.objects.filter(competence=OuterRef("pk")).values("utilisateur")
            ),
        )
        .order_by("structure_id", "pk")
    )
    par_structure = defaultdict(list)
    for ligne in lignes:
        partout = ligne.desserte_ici or not ligne.desserte_bornee
        ici = ligne.lieu_ici if ligne.bornee else partout
        par_structure[ligne.structure_id].append(
            classement.Competence(
                etape=ligne.etape,
                sections=tuple(sorted(ligne.sections)),
                ici=ici and ligne.du_reseau,
                personnes=frozenset(ligne.nommees),
            )
        )
    return par_structure


def _personnes(reseau, jour, structures: list[int]) -> dict[int, list[Personne]]:
    """Par structure, qui y répond : les techniciens en poste, leur charge, leur retour d'absence."""
    absences = Remplacement.objects.en_cours(jour).filter(
        reseau=reseau, structure=OuterRef("structure"), absent=OuterRef("utilisateur")
    )
    fin = Func(F("periode"), function="upper", output_field=DateField())
    suivis = Affectation.objects.en_cours().filter(
        utilisateur=OuterRef("utilisateur"),
        role=RoleAffectation.REFERENT,
        dossier__reseau=reseau,
        dossier__clos_le=None,
    )
    pris = Orientation.objects.filter(
        personne=OuterRef("utilisateur"),
        etat=EtatOrientation.PRISE,
        besoin__clos_le=None,
        besoin__dossier__reseau=reseau,
    )
    mandats = (
        Mandat.objects.actifs(jour)
        .filter(
            reseau=reseau,
            structure__in=structures,
            fonction=Fonction.TECHNICIEN,
            utilisateur__is_active=True,
        )
        .select_related("utilisateur")
        .annotate(
            retour=Subquery(absences.annotate(fin=fin).values("fin")[:1]),
            dossiers_suivis=_compter(suivis),
            besoins_suivis=_compter(pris),
        )
        .order_by("pk")
    )
    par_structure = defaultdict(list)
    for mandat in mandats:
        par_structure[mandat.structure_id].append(
            Personne(
                pk=mandat.utilisateur_id,
                nom=mandat.utilisateur.nom_complet,
                charge=mandat.dossiers_suivis + mandat.besoins_suivis,
                retour=mandat.retour,
            )
        )
    return par_structure


def _structures(besoin: Besoin, reseau, structures: list[int]):
    """Les structures qui n'ont pas déjà ce besoin en main, leur charge et leur refus."""
    dossiers = Dossier.objects.ouverts().filter(reseau=reseau, structure_responsable=OuterRef("pk"))
    pris = Orientation.objects.filter(
        structure=OuterRef("pk"),
        etat=EtatOrientation.PRISE,
        besoin__clos_le=None,
        besoin__dossier__reseau=reseau,
    )
    siennes = Orientation.objects.filter(besoin=besoin, structure=OuterRef("pk"))
    return (
        Structure.objects.filter(pk__in=structures)
        .exclude(Q(Exists(siennes.filter(etat__in=EN_COURS))))
        .select_related("commune")
        .annotate(
            dossiers_suivis=_compter(dossiers),
            besoins_suivis=_compter(pris),
            refuse_le=Subquery(
                siennes.filter(etat__in=REFUS).order_by("-repondue_le").values("repondue_le")[:1]
            ),
        )
    )


def _compter(lignes):
    """Le nombre de ces lignes, en sous-requête : une par structure, jamais une jointure de plus."""
    comptees = lignes.order_by().annotate(un=Value(1)).values("un").annotate(n=Count("pk"))
    return Coalesce(Subquery(comptees.values("n"), output_field=IntegerField()), 0)
