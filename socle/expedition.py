"""L'envoi des courriels : réclamer, composer, remettre, et ne jamais doubler en silence.

États : attente → composition → remise → envoyé. Un arrêt brutal pendant la composition n'a
rien envoyé : la ligne repart. Pendant la remise, nul ne sait : la ligne devient « incertain »
et une personne décide. Avant d'être composée, une ligne peut aussi attendre le courriel de la
semaine, ou être refusée : c'est le choix de son destinataire (``socle.preferences``).
Sources : EXIGENCES, Fiabilité 1 et 2.
"""

import logging
import smtplib
from collections.abc import Iterable
from datetime import timedelta
from email.errors import MessageError

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import models
from django.utils import timezone

from socle import preferences, semaine
from socle.courriels import LOT, Message, composer, genres, prevenir
from socle.enums import EtatCourriel, Frequence
from socle.models import Courriel
from socle.refus import Refus

journal = logging.getLogger(__name__)

# Délais avant les essais suivants ; après le dernier, la ligne est en échec, visible.
REPRISES = [timedelta(minutes=m) for m in (1, 5, 20, 60, 240, 720)]


ERREUR_LONGUEUR = 300


def expedier_lot(ids: Iterable[int]) -> int:
    """Réclame, compose et remet ces lignes ; rend le nombre de courriels remis.

    Une erreur que rien ici n'attend (base perdue) arrête le lot et se voit dans les journaux ;
    ses lignes restent en composition, et le balayeur les rend à l'attente après l'abandon.
    """
    lignes = _reclamer(ids)
    if not lignes:
        return 0
    remis = 0
    with _Remise() as remise:
        for ligne, message in composer(_voulues(lignes), _plus_tard):
            remis += _traiter(ligne, message, remise)
    return remis


def _voulues(lignes: list[Courriel]) -> list[Courriel]:
    """Celles que leur destinataire veut maintenant ; les autres attendent, ou ne partiront pas."""
    rythmes = preferences.rythmes(lignes)
    for ligne in lignes:
        if rythmes[ligne.pk] == Frequence.JAMAIS:
            _clore(ligne, EtatCourriel.REFUSE)
        elif rythmes[ligne.pk] == Frequence.HEBDOMADAIRE:
            _avancer(
                ligne,
                etat=EtatCourriel.SEMAINE,
                a_partir_de=semaine.prochain_depart(),
                tentatives=0,
            )
    return [ligne for ligne in lignes if rythmes[ligne.pk] == Frequence.CHAQUE_FOIS]


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


def _traiter(ligne: Courriel, message: Message | None, remise: "_Remise") -> int:
    if message is None:
        _clore(ligne, EtatCourriel.SANS_OBJET)
        return 0
    message = preferences.adresser(message, ligne)
    corps = {
        "sujet": message.sujet,
        "corps_texte": message.texte,
        "corps_html": message.html,
        "pieces": message.pieces,
        # Un courriel vidé puis relancé porte de nouveau un texte.
        "vide_le": None,
    }
    if not settings.EMAIL_URL:
        return int(_clore(ligne, EtatCourriel.GARDE, **corps))
    try:
        courriel = remise.preparer(ligne, message)
    except (ValueError, MessageError) as erreur:
        # En-tête ou adresse impossible : rien n'est parti, réessayer n'y changerait rien.
        _clore(ligne, EtatCourriel.ECHEC, erreur=f"{erreur}")
        return 0
    try:
        remise.ouvrir()
    except (OSError, smtplib.SMTPException) as erreur:
        _plus_tard(ligne, f"serveur d’envoi injoignable : {erreur}")
        return 0
    # À partir d'ici un arrêt brutal est ambigu : la base le sait avant le serveur d'envoi.
    if not _avancer(ligne, etat=EtatCourriel.REMISE, reclame_le=timezone.now(), **corps):
        return 0
    return _remettre(ligne, courriel)


def _remettre(ligne: Courriel, courriel: EmailMultiAlternatives) -> int:
    try:
        courriel.send()
    except smtplib.SMTPServerDisconnected as erreur:
        _clore(
            ligne,
            EtatCourriel.INCERTAIN,
            erreur=f"connexion coupée pendant l’envoi : {erreur}",
        )
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as erreur:
        code, texte = _reponse(erreur)
        if 400 <= code < 500:
            _plus_tard(ligne, f"{code} {texte}")
        else:
            _clore(ligne, EtatCourriel.ECHEC, erreur=f"{code} {texte}")
    except (ValueError, MessageError) as erreur:
        # L'écriture du message ou d'une adresse : le serveur n'a encore rien reçu.
        _clore(ligne, EtatCourriel.ECHEC, erreur=f"{erreur}")
    except (OSError, smtplib.SMTPException) as erreur:
        _clore(ligne, EtatCourriel.INCERTAIN, erreur=f"{erreur!r}")
    else:
        return int(_clore(ligne, EtatCourriel.ENVOYE))
    return 0


def _reponse(erreur) -> tuple[int, str]:
    if isinstance(erreur, smtplib.SMTPRecipientsRefused):
        code, texte = next(iter(erreur.recipients.values()))
    else:
        code, texte = erreur.smtp_code, erreur.smtp_error
    if isinstance(texte, bytes):
        texte = texte.decode("utf-8", "replace")
    return code, texte


def _avancer(ligne: Courriel, **champs) -> bool:
    """Écrit ces champs si la ligne est encore à nous ; faux si un autre l'a reprise.

    Un ouvrier suspendu plus longtemps que l'abandon (machine en veille) se réveille sur une
    ligne que le balayeur a rendue : sans cette garde, il l'enverrait une seconde fois.
    """
    a_nous = Courriel.objects.filter(pk=ligne.pk, etat=ligne.etat, reclame_le=ligne.reclame_le)
    if not a_nous.update(**champs):
        journal.warning("le courriel %d a été repris par un autre ouvrier", ligne.pk)
        return False
    for nom, valeur in champs.items():
        setattr(ligne, nom, valeur)
    return True


def _clore(ligne: Courriel, etat: EtatCourriel, *, erreur: str = "", **corps) -> bool:
    champs = {"etat": etat, "erreur": erreur[:ERREUR_LONGUEUR], **corps}
    if etat in (EtatCourriel.ENVOYE, EtatCourriel.GARDE):
        champs["envoye_le"] = timezone.now()
    if etat == EtatCourriel.ENVOYE and genres()[ligne.genre].secret:
        champs |= corps_vide()
    return _avancer(ligne, **champs)


def corps_vide() -> dict:
    """Ce qu'on écrit pour vider un courriel : la clé reste, l'effacer permettrait un second envoi."""
    return {"corps_texte": "", "corps_html": "", "pieces": [], "vide_le": timezone.now()}


def _plus_tard(ligne: Courriel, erreur: str) -> None:
    """Remet la ligne en attente avec un délai croissant, ou en échec quand ils sont épuisés."""
    if ligne.tentatives > len(REPRISES):
        _clore(ligne, EtatCourriel.ECHEC, erreur=erreur)
        return
    _avancer(
        ligne,
        etat=EtatCourriel.ATTENTE,
        a_partir_de=timezone.now() + REPRISES[ligne.tentatives - 1],
        erreur=erreur[:ERREUR_LONGUEUR],
    )


class _Remise:
    """Une connexion SMTP pour tout un lot, vérifiée avant chaque courriel."""

    def __enter__(self):
        self.connexion = get_connection()
        self.panne: Exception | None = None
        return self

    def __exit__(self, *exc):
        self.connexion.close()

    def preparer(self, ligne: Courriel, message: Message) -> EmailMultiAlternatives:
        """Le courriel, ses en-têtes vérifiés. Lève ``ValueError`` ou ``MessageError``."""
        courriel = EmailMultiAlternatives(
            message.sujet,
            message.texte,
            settings.DEFAULT_FROM_EMAIL,
            [ligne.adresse],
            headers={
                "Message-ID": ligne.message_id,
                "Auto-Submitted": "auto-generated",
                **preferences.entetes(ligne),
            },
            connection=self.connexion,
        )
        if message.html:
            courriel.attach_alternative(message.html, "text/html")
        for piece in message.pieces:
            courriel.attach(piece["nom"], piece["contenu"], piece["type"])
        courriel.message()
        return courriel

    def ouvrir(self) -> None:
        """Ouvre, ou rouvre si le serveur a raccroché : une coupure avant l'envoi n'est pas ambiguë.

        Un serveur muet l'est pour tout le lot : attendre son silence à chaque courriel tiendrait
        l'ouvrier un quart d'heure.
        """
        if self.panne is not None:
            raise self.panne
        serveur = getattr(self.connexion, "connection", None)
        if serveur is not None:
            try:
                vivant = serveur.noop()[0] == 250
            except (OSError, smtplib.SMTPException):
                vivant = False
            if not vivant:
                self.connexion.close()
        try:
            self.connexion.open()
        except (OSError, smtplib.SMTPException) as erreur:
            self.panne = erreur
            raise


def balayer() -> int:
    """Rattrape ce qui traîne : lignes oubliées en attente, ouvriers morts. Rend le nombre repris."""
    limite = timezone.now() - settings.COURRIEL_ABANDON
    morts = Courriel.objects.filter(etat=EtatCourriel.COMPOSITION, reclame_le__lt=limite)
    morts.filter(tentatives__gt=len(REPRISES)).update(
        etat=EtatCourriel.ECHEC, erreur="sa rédaction arrête l’ouvrier chaque fois"
    )
    morts.update(etat=EtatCourriel.ATTENTE)
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
    """Remet en attente, à la main, un courriel en échec ou incertain.

    Lève ``Refus`` quand son texte, que personne ne saurait refaire, est déjà effacé.
    """
    lignes = Courriel.objects.en_souffrance().filter(pk=ligne.pk)
    if not genres()[ligne.genre].recompose:
        # La condition est dans la requête : la purge peut passer entre la lecture et l'écriture.
        lignes = lignes.filter(vide_le=None)
    remis = lignes.update(
        etat=EtatCourriel.ATTENTE, a_partir_de=timezone.now(), tentatives=0, erreur=""
    )
    if not remis and Courriel.objects.en_souffrance().filter(pk=ligne.pk).exists():
        raise Refus(
            "Le texte de ce courriel est effacé et ne se refait pas : la personne doit refaire "
            "sa demande."
        )
    if remis:
        prevenir([ligne.pk])
    return bool(remis)
