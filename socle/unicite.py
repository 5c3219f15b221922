"""Un formulaire envoyé deux fois n'agit qu'une (double clic, retour arrière, réseau lent)."""

import uuid
from collections.abc import Callable

from django import forms
from django.db import connection, transaction

from socle.acteur import Acteur
from socle.models import EnvoiUnique


class FormulaireUnique(forms.Form):
    """Ajoute la clé d'envoi, tirée à l'affichage et gardée d'une correction à l'autre."""

    cle_envoi = forms.UUIDField(widget=forms.HiddenInput, required=False)
    # Ce que « socle.brouillons.attacher » y pose, quand la page garde un brouillon.
    brouillon_cle = ""
    brouillon_repris = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cle_envoi"].initial = uuid.uuid4


def deja_fait(cle: uuid.UUID | None, acteur: Acteur) -> str | None:
    """L'adresse du résultat si ce formulaire a déjà agi, sinon rien."""
    if cle is None:
        return None
    return (
        EnvoiUnique.objects.filter(cle=_cle_de(cle, acteur))
        .values_list("resultat", flat=True)
        .first()
    )


def _cle_de(cle: uuid.UUID, acteur: Acteur) -> uuid.UUID:
    """La clé appartient à la personne : celle d'un autre compte ne révèle rien."""
    return uuid.uuid5(cle, str(acteur.utilisateur_id))


def une_seule_fois(cle: uuid.UUID | None, acteur: Acteur, agir: Callable[[], str]) -> str:
    """Exécute ``agir`` (qui rend l'adresse du résultat) une seule fois par clé.

    Le second envoi attend le premier sur l'index unique, puis reçoit son résultat.
    """
    if cle is None:
        with transaction.atomic():
            return agir()
    cle = _cle_de(cle, acteur)
    with transaction.atomic():
        with connection.cursor() as curseur:
            curseur.execute(
                "INSERT INTO socle_envoiunique (cle, utilisateur_id, resultat) VALUES (%s, %s, '')"
                " ON CONFLICT (cle) DO NOTHING",
                [str(cle), acteur.utilisateur_id],
            )
            premier = curseur.rowcount == 1
        if premier:
            resultat = agir()
            EnvoiUnique.objects.filter(cle=cle).update(resultat=resultat)
            return resultat
        return EnvoiUnique.objects.values_list("resultat", flat=True).get(cle=cle)
