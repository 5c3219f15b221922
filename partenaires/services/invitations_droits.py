"""Une invitation vaut ce que vaut, à cet instant, le droit de la personne qui l'a envoyée."""

from collections.abc import Iterable

from django.utils import timezone

from partenaires.enums import Fonction
from partenaires.models import Invitation, Mandat, Reseau
from partenaires.permissions.adhesion import fonctions_accordables
from socle import liens
from socle.acteur import Acteur, acteurs_de
from socle.models import LienSigne, Utilisateur
from socle.permissions import peut

PHRASE = (
    "La personne qui vous a invité n’a plus le droit de le faire\u00a0: cette invitation ne vaut plus. "
    "Demandez-en une autre à qui anime le réseau, ou à qui administre la structure."
)


def a_deja_vecu(reseau: Reseau) -> bool:
    """Quelqu'un l'a animé, ou y tient un mandat : ce n'est plus à son parent d'y faire entrer."""
    return (
        Mandat.objects.filter(reseau=reseau, fonction=Fonction.ANIMATEUR).exists()
        or Mandat.objects.actifs(reseau.aujourd_hui()).filter(reseau=reseau).exists()
        or Invitation.objects.filter(reseau=reseau, fonction=Fonction.ANIMATEUR)
        .exclude(acceptee_le=None)
        .exists()
    )


def accordables(invitations: Iterable[Invitation]) -> set[int]:
    """Celles que leur auteur pourrait encore envoyer. Sans auteur, elles viennent de l'installation."""
    invitations = list(invitations)
    auteurs = Utilisateur.objects.in_bulk({i.invitee_par_id for i in invitations} - {None})
    acteurs = acteurs_de(auteurs.values())
    return {
        i.pk
        for i in invitations
        if i.invitee_par_id is None
        or (i.invitee_par_id in acteurs and _accorde(acteurs[i.invitee_par_id], i))
    }


def _accorde(acteur: Acteur, invitation: Invitation) -> bool:
    reseau = invitation.reseau
    if invitation.fonction in fonctions_accordables(acteur, reseau, invitation.structure):
        return True
    # Mettre un réseau en route revient à qui administre l'installation, ou à qui l'a ouvert.
    return invitation.fonction == Fonction.ANIMATEUR and (
        "administrateur" in acteur.roles_generaux or _ouvre(acteur, reseau)
    )


def _ouvre(acteur: Acteur, reseau: Reseau) -> bool:
    parent = reseau.parent or (reseau.parent_propose if reseau.propose_par_parent else None)
    return (
        parent is not None
        and peut(acteur, "partenaires.reseau.ouvrir_enfant", parent)
        and not a_deja_vecu(reseau)
    )


def revoquer_celles(invitations) -> int:
    """Annule celles qui n'ont pas d'issue, et leurs liens ; rend leur nombre."""
    en_cours = invitations.filter(acceptee_le=None, revoquee_le=None)
    cles = list(en_cours.values_list("pk", "lien_id"))
    revoquees = en_cours.filter(pk__in=[pk for pk, _ in cles]).update(revoquee_le=timezone.now())
    liens.revoquer(LienSigne.objects.filter(pk__in=[lien for _, lien in cles]))
    return revoquees


def retirer_sans_droit(utilisateur_id: int) -> int:
    """Annule les invitations en attente que cette personne ne pourrait plus envoyer."""
    siennes = Invitation.objects.en_attente(timezone.now()).filter(invitee_par=utilisateur_id)
    siennes = siennes.select_related("reseau", "structure")
    perdues = {i.pk for i in siennes} - accordables(siennes)
    return revoquer_celles(Invitation.objects.filter(pk__in=perdues)) if perdues else 0
