"""Partager une ressource, la réécrire sans perdre ses versions, en parler."""

from django.db import transaction
from django.utils import timezone

from partenaires.models import QuestionRessource, Ressource, VersionRessource
from partenaires.services.carnet import DEPASSE
from socle.courriels import Depot, deposer
from socle.refus import Refus

CONTENU = ("titre", "resume", "texte", "lien", "fichier")
GENRE_QUESTION, GENRE_REPONSE = "ressource_question", "ressource_reponse"


def lire_mots_cles(saisie: str) -> list[str]:
    """« École, école ; logement » : deux mots-clés, dans l’ordre, sans doublon, en minuscules."""
    mots = (" ".join(m.split()).lower() for m in saisie.replace(";", ",").split(","))
    return list(dict.fromkeys(m for m in mots if m))


def _verifier(champs: dict) -> None:
    if not (champs["texte"] or champs["lien"] or champs["fichier"]):
        raise Refus("Il manque le contenu : un texte, un lien ou un fichier.")


def partager(*, acteur, reseau, mots_cles: list[str], **champs) -> Ressource:
    _verifier(champs)
    ressource = Ressource.objects.create(
        reseau=reseau,
        auteur_id=acteur.utilisateur_id,
        mots_cles=mots_cles,
        mots_cles_texte=" ".join(mots_cles),
        **champs,
    )
    ressource.refresh_from_db(fields=["uuid"])
    return ressource


@transaction.atomic
def reecrire(*, acteur, ressource: Ressource, numero: int, mots_cles: list[str], **champs):
    """Une version de plus ; celle qu’on remplace reste lisible. ``numero`` : la version lue."""
    _verifier(champs)
    ressource = Ressource.objects.select_for_update(of=("self",)).get(pk=ressource.pk)
    if ressource.numero != numero:
        raise Refus(DEPASSE)
    VersionRessource.objects.create(
        ressource=ressource,
        numero=ressource.numero,
        auteur_id=ressource.auteur_id,
        ecrite_le=ressource.modifiee_le,
        **{nom: getattr(ressource, nom) for nom in CONTENU},
    )
    for nom, valeur in champs.items():
        setattr(ressource, nom, valeur)
    ressource.mots_cles, ressource.mots_cles_texte = mots_cles, " ".join(mots_cles)
    ressource.numero += 1
    ressource.modifiee_le = timezone.now()
    ressource.save(update_fields=[*champs, "mots_cles", "mots_cles_texte", "numero", "modifiee_le"])
    return ressource


def retirer(*, ressource: Ressource, remettre: bool) -> None:
    """Retirée, elle ne se lit plus que de qui peut la remettre : rien n’est effacé."""
    Ressource.objects.filter(pk=ressource.pk).update(
        retiree_le=None if remettre else timezone.now()
    )


@transaction.atomic
def demander(*, acteur, ressource: Ressource, texte: str, question=None) -> QuestionRessource:
    """Une question prévient qui a écrit la ressource ; une réponse, qui a posé la question."""
    posee = QuestionRessource.objects.create(
        ressource=ressource, question=question, auteur_id=acteur.utilisateur_id, texte=texte
    )
    destinataire = question.auteur if question else ressource.auteur
    if destinataire and destinataire.pk != acteur.utilisateur_id and destinataire.is_active:
        deposer(
            [
                Depot(
                    GENRE_REPONSE if question else GENRE_QUESTION,
                    f"q{posee.pk}",
                    destinataire,
                    contexte={"question": posee.pk},
                )
            ]
        )
    return posee
