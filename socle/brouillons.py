"""Les brouillons : ce qu'on tape se garde tout seul, et revient quand on rouvre la page.

Un brouillon n'est lu que par qui l'écrit. La page le demande par ``attacher`` ; le script
``brouillon.js`` l'envoie toutes les quelques secondes ; ``oublier`` l'efface quand le formulaire
a abouti, ``effacer_de`` quand ce dont il parle s'efface.
"""

import re
import uuid
from datetime import datetime, timedelta

from django.db import connection
from django.forms import BaseForm
from django.http import QueryDict
from django.utils import timezone

from socle.acteur import Acteur
from socle.models import Brouillon

DUREE = timedelta(days=7)
# Une note tient en 5 000 caractères, et un volet entier en trois fois plus.
TAILLE_MAXIMALE = 30_000
# Au-delà, les plus anciens cèdent la place.
PAR_PERSONNE = 60
CLE = re.compile(r"[a-z_]{3,60}:[\w-]{1,50}\Z")
JAMAIS_GARDES = {"csrfmiddlewaretoken", "cle_envoi", "brouillon", "password"}


def cle_de(page: str, objet) -> str:
    """La clé d'une page et de ce dont elle parle : « echange_noter:4f0c… »."""
    return f"{page}:{objet}"


def attacher(acteur: Acteur, form: BaseForm, cle: str) -> BaseForm:
    """Dit au formulaire sa clé et, s'il est vierge, y remet ce qui avait été tapé.

    Le gabarit lit ``form.brouillon_cle`` et, quand quelque chose est repris,
    ``form.brouillon_repris`` (l'heure).
    """
    form.brouillon_cle = cle
    if form.is_bound:
        return form
    brouillon = (
        Brouillon.objects.filter(
            utilisateur=acteur.utilisateur_id, cle=cle, ecrit_le__gt=timezone.now() - DUREE
        )
        .values("champs", "ecrit_le")
        .first()
    )
    if brouillon is not None:
        remettre(form, cle, brouillon["champs"], brouillon["ecrit_le"])
    return form


def remettre(form: BaseForm, cle: str, champs: dict[str, list[str]], ecrit_le: datetime) -> None:
    """Remet dans un formulaire vierge ce qui avait été tapé à cette heure-là."""
    form.brouillon_cle, form.brouillon_repris = cle, ecrit_le
    tapes = QueryDict(mutable=True)
    for nom, valeurs in champs.items():
        tapes.setlist(nom, valeurs)
    for nom, champ in form.fields.items():
        nom_html = form.add_prefix(nom)
        if nom in JAMAIS_GARDES or champ.disabled:
            continue
        if champ.widget.value_omitted_from_data(tapes, {}, nom_html):
            continue
        form.initial[nom] = champ.widget.value_from_datadict(tapes, {}, nom_html)


def garder(acteur: Acteur, cle: str, donnees: QueryDict) -> datetime | None:
    """Garde ce qui est tapé et rend l'heure ; rien si la clé ou la taille ne conviennent pas."""
    if not CLE.match(cle):
        return None
    champs = {
        nom: [valeur.replace("\0", "") for valeur in valeurs]
        for nom, valeurs in donnees.lists()
        if nom not in JAMAIS_GARDES
    }
    taille = sum(len(nom) + sum(map(len, valeurs)) for nom, valeurs in champs.items())
    if taille > TAILLE_MAXIMALE:
        return None
    maintenant = timezone.now()
    Brouillon.objects.bulk_create(
        [
            Brouillon(
                utilisateur_id=acteur.utilisateur_id, cle=cle, champs=champs, ecrit_le=maintenant
            )
        ],
        update_conflicts=True,
        unique_fields=["utilisateur", "cle"],
        update_fields=["champs", "ecrit_le"],
    )
    _faire_de_la_place(acteur)
    return maintenant


def _faire_de_la_place(acteur: Acteur) -> None:
    siens = Brouillon.objects.filter(utilisateur=acteur.utilisateur_id)
    gardes = siens.order_by("-ecrit_le", "-pk").values("pk")[:PAR_PERSONNE]
    siens.exclude(pk__in=gardes).delete()


def oublier(acteur: Acteur, cle: str) -> None:
    """Le formulaire a abouti, ou la personne repart de zéro."""
    if acteur.utilisateur_id is not None:
        Brouillon.objects.filter(utilisateur=acteur.utilisateur_id, cle=cle).delete()


def effacer_de(objets: list[uuid.UUID]) -> int:
    """Efface les brouillons, de qui que ce soit, qui parlent de ces objets ; rend leur nombre."""
    with connection.cursor() as curseur:
        curseur.execute(
            "DELETE FROM socle_brouillon WHERE split_part(cle, ':', 2) = ANY(%s)",
            [[str(objet) for objet in objets]],
        )
        return curseur.rowcount


def effacer_qui_disent(page: str, mots: list[str]) -> int:
    """Efface, de cette page, les brouillons dont un champ vaut l'un de ces mots, à la casse près.

    Pour une page dont la clé ne nomme personne : ce qu'on y tape le fait.
    """
    with connection.cursor() as curseur:
        curseur.execute(
            "DELETE FROM socle_brouillon WHERE split_part(cle, ':', 1) = %s AND EXISTS ("
            " SELECT FROM jsonb_each(champs) AS c, jsonb_array_elements_text(c.value) AS v"
            " WHERE lower(trim(v)) = ANY(%s))",
            [page, [mot.strip().lower() for mot in mots if mot.strip()]],
        )
        return curseur.rowcount


def purger() -> None:
    """Une semaine sans y revenir : ce qui était commencé ne sera pas fini."""
    Brouillon.objects.filter(ecrit_le__lt=timezone.now() - DUREE).delete()
