"""Deux dossiers pour une même personne : montrer ce qui est visible, signaler le reste."""

from django.db.models import BooleanField, Case, Q, QuerySet, When

from porteurs.coordonnees import cle_nom
from porteurs.models import Dossier, DoublonSignale, Participation, Porteur
from socle.coordonnees import telephone_international


def ressemblants(reseau, *, prenom: str, nom: str, email: str, telephone: str) -> QuerySet[Dossier]:
    """Les dossiers du réseau dont un porteur a ce nom, ce courriel ou ce téléphone.

    Annote ``meme_nom`` : la ressemblance se voit sur le nom, que la fiche laisse deviner ; le
    courriel et le téléphone n'y sont pas.
    """
    par_nom = Q(cle_nom=cle_nom(prenom, nom))
    par_contact = Q(pk=None)
    if email:
        par_contact |= Q(email=email.lower())
    if numero := telephone_international(telephone):
        par_contact |= Q(telephone=numero)

    def dossiers(condition: Q):
        personnes = Porteur.objects.filter(condition, reseau=reseau)
        return Participation.objects.filter(porteur__in=personnes).values("dossier")

    return Dossier.objects.filter(pk__in=dossiers(par_nom | par_contact)).annotate(
        meme_nom=Case(
            When(pk__in=dossiers(par_nom), then=True),
            default=False,
            output_field=BooleanField(),
        )
    )


def montrables(acteur, reseau, **identite) -> QuerySet[Dossier]:
    """Ceux que l'acteur peut rapprocher sans rien apprendre de caché.

    D'une simple fiche, le nom entier suffit ; courriel et téléphone ne rapprochent que des
    dossiers que l'on suit, sinon les taper dirait à qui ils sont.
    """
    return (
        ressemblants(reseau, **identite)
        .visible_par(acteur)
        .avec_volet(acteur)
        .filter(Q(meme_nom=True) | Q(suivi=True))
    )


def visibles(acteur, reseau, **identite) -> list[Dossier]:
    """Les plus récents d'abord, cinq au plus, prêts à montrer."""
    dossiers = montrables(acteur, reseau, **identite)
    return list(dossiers.pour_liste().order_by("-activite_le", "-pk")[:5])


def signaler_les_invisibles(dossier: Dossier, porteur: Porteur, acteur) -> int:
    """Signale à l'animation les ressemblances qu'on n'a pas montrées ; la personne n'en sait rien."""
    identite = {
        "prenom": porteur.prenom,
        "nom": porteur.nom,
        "email": porteur.email,
        "telephone": porteur.telephone_saisi,
    }
    autres = (
        ressemblants(dossier.reseau, **identite)
        .exclude(pk=dossier.pk)
        .exclude(pk__in=montrables(acteur, dossier.reseau, **identite).values("pk"))
    )
    signalements = [DoublonSignale(dossier=dossier, autre=autre) for autre in autres]
    DoublonSignale.objects.bulk_create(signalements, ignore_conflicts=True)
    return len(signalements)
