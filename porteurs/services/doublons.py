"""Deux dossiers pour une même personne : montrer ce qui est visible, signaler le reste."""

from django.db.models import Q, QuerySet

from porteurs.coordonnees import cle_nom, telephone_international
from porteurs.models import Dossier, DoublonSignale, Porteur


def ressemblants(reseau, *, prenom: str, nom: str, email: str, telephone: str) -> QuerySet[Dossier]:
    """Les dossiers du réseau dont un porteur a ce nom, ce courriel ou ce téléphone."""
    condition = Q(cle_nom=cle_nom(prenom, nom))
    if email:
        condition |= Q(email=email.lower())
    if numero := telephone_international(telephone):
        condition |= Q(telephone=numero)
    personnes = Porteur.objects.filter(condition, reseau=reseau)
    return Dossier.objects.filter(
        pk__in=Dossier.objects.filter(participations__porteur__in=personnes).values("pk")
    )


def visibles(acteur, reseau, **identite) -> list[Dossier]:
    """Ceux que l'acteur a le droit de voir, les plus récents d'abord, cinq au plus."""
    return list(
        ressemblants(reseau, **identite)
        .visible_par(acteur)
        .avec_volet(acteur)
        .pour_liste()
        .order_by("-activite_le", "-pk")[:5]
    )


def signaler_les_invisibles(dossier: Dossier, porteur: Porteur, acteur) -> int:
    """Signale à l'animation les ressemblances que l'acteur ne peut pas voir ; lui n'en sait rien."""
    autres = (
        ressemblants(
            dossier.reseau,
            prenom=porteur.prenom,
            nom=porteur.nom,
            email=porteur.email,
            telephone=porteur.telephone_saisi,
        )
        .exclude(pk=dossier.pk)
        .exclude(pk__in=Dossier.objects.visible_par(acteur).values("pk"))
    )
    signalements = [DoublonSignale(dossier=dossier, autre=autre) for autre in autres]
    DoublonSignale.objects.bulk_create(signalements, ignore_conflicts=True)
    return len(signalements)
