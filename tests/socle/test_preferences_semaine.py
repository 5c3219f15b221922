"""Le courriel de la semaine : tout ce qui n'était pas pressé, une seule fois, rien de perdu."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from socle import courriels, expedition, preferences, semaine
from socle.courriels import Depot, Genre, Message, deposer
from socle.enums import EtatCourriel, Frequence
from socle.models import Courriel
from socle.preferences import Famille, familles, regler
from socle.tasks import purger

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
LUNDI = datetime(2026, 11, 23, 7, 30, tzinfo=PARIS)


@pytest.fixture
def textes(monkeypatch, settings):
    """Ce que disent les lignes, par période ; ``None`` n'a plus rien à dire, une erreur se lève."""
    settings.EMAIL_URL = "smtp://essai"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    textes: dict[str, str | None | Exception] = {}

    def composer(lignes):
        messages = {}
        for ligne in lignes:
            texte = textes.get(ligne.periode, f"Texte {ligne.periode}")
            if isinstance(texte, Exception):
                raise texte
            messages[ligne.pk] = texte and Message(
                f"Sujet {ligne.periode}",
                f"{texte}\n\n-- \nMaillon\nUn pied",
                pieces=[{"nom": f"{ligne.periode}.ics", "type": "text/calendar", "contenu": "x"}],
            )
        return messages

    connus = courriels.genres() | {
        "lent": Genre("lent", "Lent", composer, famille="essai", peut_attendre=True)
    }
    for module in (courriels, expedition):
        monkeypatch.setattr(module, "genres", lambda: connus)
    essai = Famille("essai", "Les essais", "Un essai.", defaut=Frequence.HEBDOMADAIRE)
    avec = {"essai": essai} | familles()
    monkeypatch.setattr(preferences, "familles", lambda: avec)
    return textes


@pytest.fixture
def horloge(monkeypatch):
    """``horloge(instant)`` règle l'heure ; la base garde la sienne, où rien n'est encore dû."""
    vraie = timezone.now

    def regler_sur(instant):
        monkeypatch.setattr(timezone, "now", lambda: instant)

    # Une seconde d'avance : ce que la base date de maintenant est déjà dû.
    regler_sur(vraie() + timedelta(seconds=1))
    return regler_sur


def deposes(*periodes, adresse="nadia@essai.test") -> list[Courriel]:
    deposer([Depot("lent", p, adresse=adresse) for p in periodes])
    lignes = list(Courriel.objects.filter(genre="lent", periode__in=periodes).order_by("pk"))
    expedition.expedier_lot([ligne.pk for ligne in lignes])
    return lignes


def etats(lignes) -> list[str]:
    return [Courriel.objects.get(pk=ligne.pk).etat for ligne in lignes]


def lundi(horloge, apres: int = 0) -> list[Courriel]:
    """Le lundi qui suit, ou celui d'après : la tâche passe, et l'ouvrier aussi."""
    horloge(semaine.prochain_depart() + timedelta(minutes=20, days=7 * apres))
    semaine.preparer()
    lignes = list(Courriel.objects.filter(genre="semaine", etat=EtatCourriel.ATTENTE))
    expedition.expedier_lot([ligne.pk for ligne in lignes])
    return lignes


@pytest.mark.parametrize(
    ("maintenant", "attendu"),
    [
        (LUNDI, LUNDI.replace(day=30, minute=0)),
        (LUNDI.replace(hour=6), LUNDI.replace(minute=0)),
        (LUNDI.replace(hour=7, minute=0), LUNDI.replace(day=30, minute=0)),
        (LUNDI.replace(day=22, hour=23), LUNDI.replace(minute=0)),
        # Le changement d'heure d'octobre : sept heures reste sept heures.
        (
            datetime(2026, 10, 24, 12, tzinfo=PARIS),
            datetime(2026, 10, 26, 7, tzinfo=PARIS),
        ),
    ],
)
def test_le_depart_est_le_lundi_a_sept_heures(maintenant, attendu):
    assert semaine.prochain_depart(maintenant) == attendu


def test_plusieurs_lignes_font_un_seul_courriel_par_personne(textes, horloge):
    lignes = deposes("un", "deux")
    voisine = deposes("trois", adresse="autre@essai.test")
    assert etats(lignes + voisine) == [EtatCourriel.SEMAINE] * 3
    assert mail.outbox == []
    assert semaine.preparer() == 0
    assert len(lundi(horloge)) == 2
    assert etats(lignes + voisine) == [EtatCourriel.REPLIE] * 3
    par_adresse = {m.to[0]: m for m in mail.outbox}
    recu = par_adresse["nadia@essai.test"]
    assert recu.subject == "Votre semaine sur Maillon\u00a0: 2 nouvelles"
    for attendu in ("Sujet un", "Texte un", "Sujet deux", "Texte deux"):
        assert attendu in recu.body
        assert attendu in recu.alternatives[0][0]
    assert "Un pied" not in recu.body
    assert "Texte trois" not in recu.body
    assert len(recu.attachments) == 2
    assert "List-Unsubscribe" in recu.extra_headers
    assert "Sujet trois" in par_adresse["autre@essai.test"].subject
    # La tâche repasse, l'ouvrier aussi : rien de plus.
    assert lundi(horloge) == []
    assert len(mail.outbox) == 2


def test_ce_qui_arrive_apres_l_envoi_attend_la_semaine_suivante(textes, horloge):
    deposes("un")
    lundi(horloge)
    tardive = deposes("deux")
    semaine.preparer()
    assert etats(tardive) == [EtatCourriel.SEMAINE]
    lundi(horloge)
    assert etats(tardive) == [EtatCourriel.REPLIE]
    assert [m.subject[-8:] for m in mail.outbox] == ["Sujet un", "ujet deux"[-8:]]


def test_une_semaine_manquee_se_rattrape_en_un_seul_courriel(textes, horloge):
    lignes = deposes("un", "deux")
    lundi(horloge, apres=2)
    assert etats(lignes) == [EtatCourriel.REPLIE] * 2
    assert len(mail.outbox) == 1


def test_un_arret_brutal_apres_l_attache_ne_perd_ni_ne_double(textes, horloge, monkeypatch):
    lignes = deposes("un", "deux")
    reunir = semaine._reunir

    def mourir(messages):
        raise SystemExit

    monkeypatch.setattr(semaine, "_reunir", mourir)
    with pytest.raises(SystemExit):
        lundi(horloge)
    recueil = Courriel.objects.get(genre="semaine")
    assert recueil.etat == EtatCourriel.COMPOSITION
    assert etats(lignes) == [EtatCourriel.REPLIE] * 2
    assert mail.outbox == []
    monkeypatch.setattr(semaine, "_reunir", reunir)
    horloge(timezone.now() + timedelta(hours=1))
    expedition.balayer()
    expedition.expedier_lot([recueil.pk])
    assert len(mail.outbox) == 1
    assert "Texte un" in mail.outbox[0].body
    assert "Texte deux" in mail.outbox[0].body


def test_un_texte_qui_ne_se_compose_pas_devient_un_echec_visible_et_repart(textes, horloge):
    lignes = deposes("un", "malade")
    textes["malade"] = RuntimeError("panne")
    lundi(horloge)
    assert etats(lignes) == [EtatCourriel.REPLIE, EtatCourriel.ECHEC]
    assert "Texte un" in mail.outbox[0].body
    malade = Courriel.objects.get(pk=lignes[1].pk)
    assert "panne" in malade.erreur
    textes["malade"] = "Guéri"
    assert expedition.relancer(malade)
    expedition.expedier_lot([malade.pk])
    lundi(horloge)
    assert "Guéri" in mail.outbox[1].body


def test_rien_a_dire_n_envoie_rien(textes, horloge):
    lignes = deposes("un")
    textes["un"] = None
    (recueil,) = lundi(horloge)
    assert etats([recueil, *lignes]) == [EtatCourriel.SANS_OBJET, EtatCourriel.REPLIE]
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("choix", "attendu", "partis"),
    [
        ({"essai": Frequence.CHAQUE_FOIS}, EtatCourriel.ENVOYE, 1),
        ({"essai": Frequence.JAMAIS}, EtatCourriel.REFUSE, 0),
        ({preferences.SEMAINE: Frequence.JAMAIS}, EtatCourriel.REFUSE, 0),
    ],
)
def test_changer_d_avis_vaut_pour_ce_qui_attendait(textes, horloge, choix, attendu, partis):
    (ligne,) = deposes("un")
    regler("nadia@essai.test", choix)
    horloge(timezone.now() + timedelta(minutes=1))
    expedition.expedier_lot([ligne.pk])
    assert etats([ligne]) == [attendu]
    assert len(mail.outbox) == partis
    assert lundi(horloge) == []


def test_un_refus_venu_pendant_l_attente_est_respecte_meme_sans_relecture(textes, horloge):
    """Le choix s'écrit alors que l'ouvrier range la ligne : elle attend, mais ne partira pas."""
    (ligne,) = deposes("un")
    regler("nadia@essai.test", {"essai": Frequence.JAMAIS})
    Courriel.objects.filter(pk=ligne.pk).update(etat=EtatCourriel.SEMAINE)
    assert lundi(horloge) == []
    assert etats([ligne]) == [EtatCourriel.REFUSE]


def test_la_purge_vide_aussi_ce_qui_fut_repris(textes, horloge, settings):
    settings.MAILLON_DEMO = True
    (ligne,) = deposes("un")
    lundi(horloge)
    Courriel.objects.update(corps_texte="Texte", vide_le=None)
    horloge(timezone.now() + timedelta(days=80))
    purger()
    assert set(Courriel.objects.filter(repris_dans__isnull=False).values_list("corps_texte")) == {
        ("",)
    }
