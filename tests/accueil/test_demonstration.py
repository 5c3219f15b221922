"""La démonstration : des chiffres exacts, un contenu qui se répète, des tableaux qui vivent."""

import hashlib
import io
import os
import time
from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accueil import demonstration
from accueil.demonstration import construire_demonstration, verifier_invariants
from accueil.management.commands import preparer
from partenaires.demonstration.personnes import COMPTES, MOT_DE_PASSE, PREMIER_COMPTE
from partenaires.enums import EtatConvention, Fonction
from partenaires.models import Commune, Mandat, Reseau, Structure
from porteurs.demonstration.sujets import SUJETS, a_la_commune
from porteurs.enums import Etape
from porteurs.models import Dossier, DoublonSignale, Echange, Porteur, Relais, Reunion
from porteurs.tuiles import a_vous_de_jouer
from socle.acteur import acteur_de
from socle.indicateurs import calculer_tous
from socle.listes import contributions
from socle.models import Utilisateur
from socle.refus import Refus
from socle.tuiles import tuiles_de

FICTION = ("01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49", "06 39 98")
CHIFFRES = {
    "projets_suivis": 500,
    "avec_referent": 150,
    "installations": 80,
    "finances_plateformes": 45,
    "laureats": 10,
    "primes": 52_000,
    "formations": 3,
    "comites": 2,
    "visites": 12_000,
    "visites_par_mois": 1_000,
}


@pytest.fixture
def reseau(db):
    return Reseau.objects.get(slug="livradois-forez")


def _chiffres(reseau, annee):
    valeurs = calculer_tous(contributions("MAILLON_INDICATEURS"), [reseau], [annee])
    return {code: valeurs[code][reseau.pk, annee] for code in CHIFFRES}


# --- Le contenu -----------------------------------------------------------------------------


def test_les_chiffres_de_la_derniere_annee_entiere(reseau):
    assert _chiffres(reseau, timezone.localdate().year - 1) == CHIFFRES


def test_les_vingt_six_structures_et_leurs_communes(reseau):
    membres = Structure.objects.membres(reseau.pk, reseau.aujourd_hui())
    types = Counter(membres.values_list("type", flat=True))
    assert types.pop("epci") + types.pop("commune") == 12
    assert types == {
        "parc": 1,
        "plateforme": 2,
        "cci": 3,
        "agriculture": 2,
        "comite_expansion": 1,
        "credit_solidaire": 1,
        "boutique_gestion": 1,
        "garantie": 1,
        "union_cooperatives": 1,
        # La coopérative, et la fiche entrée en double que la démonstration propose de réunir.
        "cae": 2,
    }
    communes = Commune.objects.filter(couvertures__reseau=reseau)
    assert 160 <= communes.count() <= 175
    assert set(communes.values_list("departement__code", flat=True)) == {"63", "43"}
    epcis = communes.values("epci")
    assert Commune.objects.filter(epci__in=epcis).count() == communes.count(), "des EPCI entiers"
    etats = set(reseau.conventions.values_list("etat", flat=True))
    assert {EtatConvention.PRINCIPE, EtatConvention.SIGNEE} <= etats


def test_une_soixantaine_de_personnes_dans_toutes_les_fonctions(db):
    assert 55 <= Utilisateur.objects.filter(email__endswith="@demo.maillon.invalid").count() <= 65
    actifs = Mandat.objects.actifs(timezone.localdate())
    assert set(actifs.values_list("fonction", flat=True)) == set(Fonction.values)
    plusieurs = Counter(actifs.values_list("utilisateur", flat=True))
    assert max(plusieurs.values()) == 2


def test_tous_les_numeros_sont_de_fiction_et_les_adresses_sans_destinataire(db):
    numeros = [
        *Porteur.objects.values_list("telephone_saisi", flat=True),
        *Structure.objects.values_list("telephone", flat=True),
        *Structure.objects.exclude(telephone_public="").values_list("telephone_public", flat=True),
        *Mandat.objects.values_list("telephone", flat=True),
    ]
    assert len(numeros) > 1000
    assert [n for n in numeros if not n.startswith(FICTION)] == []
    adresses = [
        *Porteur.objects.exclude(email="").values_list("email", flat=True),
        *Utilisateur.objects.values_list("email", flat=True),
        *Structure.objects.values_list("email", flat=True),
        *Structure.objects.exclude(email_public="").values_list("email_public", flat=True),
    ]
    assert [a for a in adresses if not a.endswith(".invalid")] == []


def test_la_vie_du_reseau_est_variee(reseau):
    dossiers = Dossier.objects.filter(reseau=reseau)
    assert set(dossiers.values_list("etape", flat=True)) == set(Etape.values)
    assert dossiers.filter(informe_le=None).exists()
    assert dossiers.filter(opposition_le__isnull=False).count() == 1
    assert len({s.intitule for s in SUJETS}) >= 60
    assert len(set(dossiers.values_list("intitule", flat=True))) > 400
    relais = Counter(Relais.objects.filter(dossier__reseau=reseau).values_list("etat", flat=True))
    assert set(relais) == {"propose", "accepte", "refuse", "annule"}
    echanges = Echange.objects.filter(dossier__reseau=reseau)
    assert set(echanges.values_list("audience", flat=True)) == {"equipe", "structure", "reseau"}
    duree = reseau.aujourd_hui() - dossiers.order_by("ouvert_le").first().ouvert_le
    assert timedelta(days=880) < duree < timedelta(days=930), "deux ans et demi"
    assert not echanges.filter(le__gte=reseau.aujourd_hui()).exists(), "rien n'est à venir"


def test_l_article_d_une_commune_se_contracte():
    assert a_la_commune("Le Brugeron") == "au Brugeron"
    assert a_la_commune("Les Pradeaux") == "aux Pradeaux"
    assert a_la_commune("Ambert") == "à Ambert"


def test_le_tableau_du_premier_compte_vit(connecter, db):
    personne = Utilisateur.objects.get(email=PREMIER_COMPTE)
    reponse = connecter(personne).get(reverse("accueil:tableau"))
    page = reponse.content.decode()
    attendus = {"relais": 2, "propositions": 1, "actions": 3, "dormants": 1}
    [tuile] = tuiles_de(acteur_de(personne), [a_vous_de_jouer])
    contexte = tuile.contexte
    for quoi, minimum in attendus.items():
        assert len(contexte[quoi]) >= minimum, quoi
    assert contexte["relais"][0].dossier.intitule.split(" à ")[0] in page


def test_chaque_reseau_a_sa_prochaine_reunion(db):
    jour = timezone.localdate()
    for slug, au_plus in (("livradois-forez", 14), ("saint-flour-hautes-terres", 7)):
        prochaine = (
            Reunion.objects.filter(reseau__slug=slug, nature="technique")
            .a_venir(timezone.now())
            .first()
        )
        assert timedelta(0) < prochaine.debut.date() - jour <= timedelta(days=au_plus)


def test_les_deux_reseaux_ne_se_voient_pas(db):
    voisin = acteur_de(Utilisateur.objects.get(email="technicien.voisin@demo.maillon.invalid"))
    region = acteur_de(Utilisateur.objects.get(email="coordination.region@demo.maillon.invalid"))
    vus = Dossier.objects.visible_par(voisin)
    assert vus.exists()
    assert set(vus.values_list("reseau__slug", flat=True)) == {"saint-flour-hautes-terres"}
    assert not Dossier.objects.visible_par(region).exists()
    assert DoublonSignale.objects.filter(traite_le=None).exists()


# --- Les comptes ------------------------------------------------------------------------------


def test_les_comptes_montres_se_connectent(client, db):
    reponse = client.post(
        reverse("account_login"), {"login": PREMIER_COMPTE, "password": MOT_DE_PASSE}
    )
    assert reponse.status_code == 302
    assert client.get(reverse("accueil:tableau")).status_code == 200
    mots_de_passe = Utilisateur.objects.filter(email__endswith="@demo.maillon.invalid")
    assert mots_de_passe.values("password").distinct().count() == 1


def test_comptes_demo_montre_chacun_et_le_mot_de_passe(db):
    sortie = io.StringIO()
    call_command("comptes_demo", stdout=sortie)
    lignes = sortie.getvalue().splitlines()
    assert len(lignes) == len(COMPTES) + 1
    for compte, ligne in zip(COMPTES, lignes, strict=False):
        assert compte.presentation in ligne
        assert compte.email in ligne
        assert Utilisateur.objects.filter(email=compte.email).exists()
    assert MOT_DE_PASSE in lignes[-1]
    assert len({ligne.index(c.email) for c, ligne in zip(COMPTES, lignes, strict=False)}) == 1


# --- La commande --------------------------------------------------------------------------------


def test_relancee_elle_ne_refait_rien(reseau):
    avant = Dossier.objects.count(), Echange.objects.count(), Utilisateur.objects.count()
    sortie = io.StringIO()
    call_command("demo", stdout=sortie)
    assert "déjà là" in sortie.getvalue()
    assert avant == (Dossier.objects.count(), Echange.objects.count(), Utilisateur.objects.count())


def test_une_date_illisible_se_dit(db):
    with pytest.raises(CommandError, match="n’est pas une date"):
        call_command("demo", date="2026-02-30")


def test_jamais_hors_d_une_demonstration(db, settings):
    settings.MAILLON_DEMO = False
    with pytest.raises(CommandError, match="n’est pas une démonstration"):
        call_command("demo")


def test_jamais_dans_une_base_qui_sert(base_sans_demonstration):
    Utilisateur.objects.create_user("quelqu.un@exemple.test", None)
    with pytest.raises(CommandError, match="base vide"):
        call_command("demo")
    assert not Reseau.objects.exists()


def test_elle_ne_garde_rien_si_elle_se_contredit(base_sans_demonstration, monkeypatch):
    monkeypatch.setattr(demonstration, "verifier_invariants", lambda reseaux: ["2025-0001 : non."])
    with pytest.raises(CommandError, match="2025-0001 : non"):
        call_command("demo")
    assert not Utilisateur.objects.exists()
    assert not Reseau.objects.exists()


def _construite(jour):
    """Construit, résume et défait : le contenu de la base, clés et instants d'écriture exceptés."""
    try:
        with transaction.atomic():
            debut = time.monotonic()
            contexte = construire_demonstration(jour)
            reseau = contexte.reseaux["livradois-forez"]
            raise _Defaire(
                duree=time.monotonic() - debut,
                chiffres=_chiffres(reseau, jour.year - 1),
                fautes=verifier_invariants(list(Reseau.objects.all())),
                empreinte=_empreinte(),
            )
    except _Defaire as fait:
        return fait


class _Defaire(Exception):
    def __init__(self, **mesures):
        self.__dict__.update(mesures)


EMPREINTES = {
    "SELECT uuid, reference, intitule, etape, etape_depuis, ouvert_le, clos_le, activite_le,"
    " informe_le, prochaine_etape FROM porteurs_dossier",
    "SELECT uuid, nature, audience, le, texte, cree_le FROM porteurs_echange",
    "SELECT uuid, prenom, nom, email, telephone FROM porteurs_porteur",
    "SELECT uuid, etat, periode, proposee_le, repondue_le FROM porteurs_affectation",
    "SELECT uuid, etat, resume, propose_le, repondu_le FROM porteurs_relais",
    "SELECT uuid, libelle, echeance, faite_le, cree_le FROM porteurs_action",
    "SELECT etape, le, motif, cree_le FROM porteurs_etapedossier",
    "SELECT uuid, nature, montant, accorde_le FROM porteurs_financement",
    "SELECT uuid, nature, debut, lieu, etat FROM porteurs_reunion",
    "SELECT uuid, nom, telephone FROM partenaires_structure",
    "SELECT uuid, email, password FROM socle_utilisateur",
    "SELECT uuid, intitule, debut, etat FROM partenaires_evenement",
    "SELECT jour, visites FROM bourse_frequentationjour",
}


def _empreinte() -> str:
    resume = hashlib.sha256()
    with connection.cursor() as curseur:
        for requete in sorted(EMPREINTES):
            curseur.execute(
                f"SELECT md5(string_agg(x::text, '|' ORDER BY x::text)) FROM ({requete}) x"
            )
            resume.update(curseur.fetchone()[0].encode())
    return resume.hexdigest()


@pytest.mark.lent
def test_le_meme_jour_donne_le_meme_contenu(base_sans_demonstration):
    une, deux = _construite(date(2026, 11, 21)), _construite(date(2026, 11, 21))
    assert une.empreinte == deux.empreinte
    assert une.duree < 60


@pytest.mark.lent
@pytest.mark.parametrize(
    "jour",
    [
        date(2028, 2, 29),
        date(2027, 1, 1),
        date(2026, 12, 31),
        date(2027, 1, 2),
        date(2029, 3, 1),
        date(2026, 7, 14),
    ],
    ids=str,
)
def test_quel_que_soit_le_jour(base_sans_demonstration, jour):
    fait = _construite(jour)
    assert fait.chiffres == CHIFFRES
    assert fait.fautes == []


# --- preparer -----------------------------------------------------------------------------------


@pytest.fixture
def statiques(settings, tmp_path):
    """Des fichiers statiques déjà rassemblés, dans un dossier à soi."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "staticfiles.json").write_text("{}")
    return settings.STATIC_ROOT / "staticfiles.json"


def test_preparer_charge_ce_qui_manque_puis_ne_fait_rien(base_sans_demonstration, statiques):
    premiere, seconde = io.StringIO(), io.StringIO()
    call_command("preparer", stdout=premiere)
    assert premiere.getvalue() == "Chargement de la démonstration…\n"
    assert Utilisateur.objects.filter(email=PREMIER_COMPTE).exists()
    debut = time.monotonic()
    call_command("preparer", stdout=seconde)
    assert seconde.getvalue() == ""
    assert time.monotonic() - debut < 1


def test_preparer_sans_demonstration_laisse_la_place_au_premier_compte(
    base_sans_demonstration, statiques, settings
):
    settings.MAILLON_DEMO = False
    call_command("preparer", stdout=io.StringIO())
    assert not Utilisateur.objects.exists()


def test_les_statiques_se_rassemblent_quand_une_source_est_plus_recente(statiques):
    assert preparer.statiques_a_rassembler() is False
    os.utime(statiques, (0, 0))
    assert preparer.statiques_a_rassembler() is True
    statiques.unlink()
    assert preparer.statiques_a_rassembler() is True


def test_preparer_dit_en_une_phrase_ce_qui_ne_va_pas(
    base_sans_demonstration, statiques, monkeypatch
):
    def refuser(jour):
        raise Refus("Ces communes manquent, chargez les territoires : 63003.")

    monkeypatch.setattr("accueil.management.commands.demo.construire_demonstration", refuser)
    with pytest.raises(CommandError, match="chargez les territoires"):
        call_command("preparer", stdout=io.StringIO())

    def plein():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(preparer, "demonstration_absente", lambda: False)
    statiques.unlink()
    monkeypatch.setattr(preparer, "rassembler", plein)
    with pytest.raises(CommandError, match="No space left"):
        call_command("preparer", stdout=io.StringIO())
