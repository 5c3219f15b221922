"""L'envoi des courriels : réclamer, composer, remettre, et ne jamais doubler en silence.

États : attente → composition → remise → envoyé. Un arrêt brutal pendant la composition n'a
rien envoyé : la ligne repart. Pendant la remise, nul ne sait : la ligne devient « incertain »
et une personne décide. Sources : EXIGENCES, Fiabilité 1 et 2.
"""

import smtplib
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import models
from django.utils import timezone

from socle.courriels import LOT, Message, genres, prevenir
from socle.enums import EtatCourriel
from socle.models import Courriel

# Délais avant les essais suivants ; après le dernier, la ligne est en échec, visible.
REPRISES = [timedelta(minutes=m) for m in (1, 5, 20, 60, 240, 720)]


ERREUR_LONGUEUR = 300


def expedier_lot(ids: Iterable[int]) -> int:
    """Réclame, compose et remet ces lignes ; rend le nombre de courriels remis."""
    lignes = _reclamer(ids)
    if not lignes:
        return 0
    remis = 0
    with _Remise() as remise:
        for ligne, message in _composer(lignes):
            remis += _traiter(ligne, message, remise)
    return remis


def _reclamer(ids: Iterable[int]) -> list[Courriel]:
    """Prend pour soi les lignes encore en attente ; deux ouvriers n'ont jamais la même."""
    maintenant = timezone.now()
    reclamees = []
    for pk in ids:
        prise = Courriel.objects.a_expedier(maintenant).filter(pk=pk)
        if prise.update(
            etat=EtatCourriel.COMPOSITION,
            reclame_le=maintenant,
            tentatives=models.F("tentatives") + 1,
        ):
            reclamees.append(pk)
    return list(
        Courriel.objects.filter(pk__in=reclamees).select_related("destinataire").order_by("pk")
    )


def _composer(lignes: list[Courriel]):
    """Par genre, compose tout le lot ; un texte qui ne se compose pas n'arrête pas les autres."""
    par_genre: dict[str, list[Courriel]] = {}
    for ligne in lignes:
        par_genre.setdefault(ligne.genre, []).append(ligne)
    for code, groupe in par_genre.items():
        try:
            messages = genres()[code].composer(groupe)
        except Exception as erreur:
            for ligne in groupe:
                _plus_tard(ligne, f"rédaction : {erreur!r}")
            raise
        for ligne in groupe:
            yield ligne, messages.get(ligne.pk)


def _traiter(ligne: Courriel, message: Message | None, remise: "_Remise") -> int:
    if message is None:
        _clore(ligne, EtatCourriel.SANS_OBJET)
        return 0
    ligne.sujet, ligne.corps_texte, ligne.corps_html = message.sujet, message.texte, message.html
    ligne.pieces = message.pieces
    if not settings.EMAIL_URL:
        _clore(ligne, EtatCourriel.GARDE, "sujet", "corps_texte", "corps_html", "pieces")
        return 1
    try:
        remise.ouvrir()
    except (OSError, smtplib.SMTPException) as erreur:
        _plus_tard(ligne, f"serveur d’envoi injoignable : {erreur}")
        return 0
    # À partir d'ici un arrêt brutal est ambigu : la base le sait avant le serveur d'envoi.
    ligne.etat = EtatCourriel.REMISE
    ligne.reclame_le = timezone.now()
    ligne.save(update_fields=["etat", "reclame_le", "sujet", "corps_texte", "corps_html", "pieces"])
    return _remettre(ligne, remise)


def _remettre(ligne: Courriel, remise: "_Remise") -> int:
    try:
        remise.envoyer(ligne)
    except smtplib.SMTPServerDisconnected as erreur:
        _clore(ligne, EtatCourriel.INCERTAIN, erreur=f"connexion coupée pendant l’envoi : {erreur}")
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as erreur:
        code, texte = _reponse(erreur)
        if 400 <= code < 500:
            _plus_tard(ligne, f"{code} {texte}")
        else:
            _clore(ligne, EtatCourriel.ECHEC, erreur=f"{code} {texte}")
    except (OSError, smtplib.SMTPException) as erreur:
        _clore(ligne, EtatCourriel.INCERTAIN, erreur=f"{erreur!r}")
    except ValueError as erreur:
        # En-tête ou adresse impossible : rien n'est parti, réessayer n'y changerait rien.
        _clore(ligne, EtatCourriel.ECHEC, erreur=f"{erreur}")
    else:
        _clore(ligne, EtatCourriel.ENVOYE)
        return 1
    return 0


def _reponse(erreur) -> tuple[int, str]:
    if isinstance(erreur, smtplib.SMTPRecipientsRefused):
        code, texte = next(iter(erreur.recipients.values()))
    else:
        code, texte = erreur.smtp_code, erreur.smtp_error
    if isinstance(texte, bytes):
        texte = texte.decode("utf-8", "replace")
    return code, texte


def _clore(ligne: Courriel, etat: EtatCourriel, *champs: str, erreur: str = "") -> None:
    ligne.etat = etat
    ligne.erreur = erreur[:ERREUR_LONGUEUR]
    a_ecrire = {"etat", "erreur", *champs}
    if etat in (EtatCourriel.ENVOYE, EtatCourriel.GARDE):
        ligne.envoye_le = timezone.now()
        a_ecrire.add("envoye_le")
    if etat == EtatCourriel.ENVOYE and genres()[ligne.genre].secret:
        vider(ligne)
        a_ecrire |= {"corps_texte", "corps_html", "pieces", "vide_le"}
    ligne.save(update_fields=sorted(a_ecrire))


def vider(ligne: Courriel) -> None:
    """Efface le corps et garde la clé : l'effacer toute permettrait un second envoi."""
    ligne.corps_texte = ligne.corps_html = ""
    ligne.pieces = []
    ligne.vide_le = timezone.now()


def _plus_tard(ligne: Courriel, erreur: str) -> None:
    """Remet la ligne en attente avec un délai croissant, ou en échec quand ils sont épuisés."""
    if ligne.tentatives > len(REPRISES):
        _clore(ligne, EtatCourriel.ECHEC, erreur=erreur)
        return
    ligne.etat = EtatCourriel.ATTENTE
    ligne.a_partir_de = timezone.now() + REPRISES[ligne.tentatives - 1]
    ligne.erreur = erreur[:ERREUR_LONGUEUR]
    ligne.save(update_fields=["etat", "a_partir_de", "erreur"])


class _Remise:
    """Une connexion SMTP pour tout un lot, vérifiée avant chaque courriel."""

    def __enter__(self):
        self.connexion = get_connection()
        return self

    def __exit__(self, *exc):
        self.connexion.close()

    def ouvrir(self) -> None:
        """Ouvre, ou rouvre si le serveur a raccroché : une coupure avant l'envoi n'est pas ambiguë."""
        serveur = getattr(self.connexion, "connection", None)
        if serveur is not None:
            try:
                vivant = serveur.noop()[0] == 250
            except (OSError, smtplib.SMTPException):
                vivant = False
            if not vivant:
                self.connexion.close()
        self.connexion.open()

    def envoyer(self, ligne: Courriel) -> None:
        message = EmailMultiAlternatives(
            ligne.sujet,
            ligne.corps_texte,
            settings.DEFAULT_FROM_EMAIL,
            [ligne.adresse],
            headers={"Message-ID": ligne.message_id, "Auto-Submitted": "auto-generated"},
            connection=self.connexion,
        )
        if ligne.corps_html:
            message.attach_alternative(ligne.corps_html, "text/html")
        for piece in ligne.pieces:
            message.attach(piece["nom"], piece["contenu"], piece["type"])
        message.send()


def balayer() -> int:
    """Rattrape ce qui traîne : lignes oubliées en attente, ouvriers morts. Rend le nombre repris."""
    limite = timezone.now() - settings.COURRIEL_ABANDON
    Courriel.objects.filter(etat=EtatCourriel.COMPOSITION, reclame_le__lt=limite).update(
        etat=EtatCourriel.ATTENTE
    )
    Courriel.objects.filter(etat=EtatCourriel.REMISE, reclame_le__lt=limite).update(
        etat=EtatCourriel.INCERTAIN, erreur="l’envoi s’est interrompu pendant la remise"
    )
    ids = list(
        Courriel.objects.a_expedier(timezone.now())
        .order_by("a_partir_de")
        .values_list("pk", flat=True)[: 40 * LOT]
    )
    prevenir(ids)
    return len(ids)


def relancer(ligne: Courriel) -> bool:
    """Remet en attente, à la main, un courriel en échec ou incertain."""
    remis = (
        Courriel.objects.en_souffrance()
        .filter(pk=ligne.pk)
        .update(etat=EtatCourriel.ATTENTE, a_partir_de=timezone.now(), tentatives=0, erreur="")
    )
    if remis:
        prevenir([ligne.pk])
    return bool(remis)
