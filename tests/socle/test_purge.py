"""La purge : le texte d'un courriel s'efface à son terme, quel que soit son sort."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from socle import courriels, expedition
from socle.courriels import Depot, Message, deposer
from socle.enums import EtatCourriel
from socle.models import Courriel
from socle.refus import Refus
from socle.tasks import purger

pytestmark = pytest.mark.django_db

DEMAIN = timedelta(days=1, hours=1)
TROIS_MOIS = timedelta(days=63)


def ligne(etat, age, genre="compte") -> Courriel:
    """Un courriel de cet âge, dans cet état, son texte encore là."""
    periode = f"{genre}{etat}{age.days}"
    deposer([Depot(genre, periode, adresse="p@essai.test", message=Message("S", "Texte"))])
    lignes = Courriel.objects.filter(periode=periode)
    lignes.update(etat=etat, cree_le=timezone.now() - age)
    return lignes.get()


def reste(courriel) -> str:
    courriel.refresh_from_db()
    return courriel.corps_texte


@pytest.mark.parametrize(
    "etat",
    [
        EtatCourriel.ENVOYE,
        EtatCourriel.GARDE,
        EtatCourriel.SANS_OBJET,
        EtatCourriel.ECHEC,
        EtatCourriel.INCERTAIN,
    ],
)
def test_tout_texte_fini_s_efface_au_bout_de_deux_mois(settings, etat):
    settings.MAILLON_DEMO = True
    vieux, recent = ligne(etat, TROIS_MOIS), ligne(etat, DEMAIN)
    purger()
    assert reste(vieux) == ""
    assert vieux.vide_le is not None
    assert reste(recent) == "Texte"


def test_un_texte_qui_attend_encore_de_partir_reste(settings):
    settings.MAILLON_DEMO = False
    attend = ligne(EtatCourriel.ATTENTE, TROIS_MOIS)
    purger()
    assert reste(attend) == "Texte"


@pytest.mark.parametrize("etat", [EtatCourriel.GARDE, EtatCourriel.ECHEC, EtatCourriel.INCERTAIN])
def test_un_texte_qui_ouvre_une_porte_s_efface_le_lendemain(settings, etat):
    settings.MAILLON_DEMO = False
    hier, tout_neuf = ligne(etat, DEMAIN), ligne(etat, timedelta(hours=2))
    purger()
    assert reste(hier) == ""
    assert reste(tout_neuf) == "Texte"


@pytest.fixture
def efface():
    """Un courriel de compte en échec, dont le texte n'est plus là."""
    courriel = ligne(EtatCourriel.ECHEC, TROIS_MOIS)
    purger()
    courriel.refresh_from_db()
    return courriel


def test_un_texte_efface_qui_ne_se_refait_pas_ne_se_relance_pas(efface):
    with pytest.raises(Refus, match="refaire sa demande"):
        expedition.relancer(efface)
    assert Courriel.objects.get(pk=efface.pk).etat == EtatCourriel.ECHEC


def test_la_boite_d_envoi_le_dit_sans_proposer_le_geste(
    settings, efface, connecter, administratrice
):
    settings.MAILLON_DEMO = True
    client = connecter(administratrice)
    page = client.get(reverse("socle:courriel", args=[efface.uuid])).content.decode()
    renvoyer = reverse("socle:courriel_relancer", args=[efface.uuid])
    assert "la personne doit refaire sa demande" in page
    assert renvoyer not in page
    suite = client.post(renvoyer, follow=True).content.decode()
    assert "Le texte de ce courriel est effacé" in suite


def test_un_texte_efface_qui_se_refait_se_relance():
    courriel = ligne(EtatCourriel.INCERTAIN, TROIS_MOIS, genre="invitation")
    purger()
    assert reste(courriel) == ""
    assert expedition.relancer(courriel)


def test_un_courriel_relance_et_recompose_redevient_lisible(monkeypatch, settings):
    settings.EMAIL_URL = ""
    courriel = ligne(EtatCourriel.INCERTAIN, TROIS_MOIS, genre="invitation")
    purger()
    expedition.relancer(courriel)
    genre = expedition.genres()["invitation"]
    neuf = lambda lignes: {c.pk: Message("S", "Refait") for c in lignes}  # noqa: E731
    connus = {"invitation": type(genre)("invitation", "I", neuf)}
    for module in (courriels, expedition):
        monkeypatch.setattr(module, "genres", lambda: connus)
    assert expedition.expedier_lot([courriel.pk]) == 1
    assert reste(courriel) == "Refait"
    assert courriel.vide_le is None
