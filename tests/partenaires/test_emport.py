"""Un réseau part avec tout, et se relit ailleurs exactement."""

import hashlib
import json
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from partenaires.emport import RESTENT
from partenaires.enums import EtatEmport
from partenaires.models import (
    Competence,
    Emport,
    GrilleCompetences,
    Mandat,
    Reseau,
    Ressource,
    Structure,
    Theme,
)
from partenaires.services import emport
from porteurs.models import HISTORIQUES, Acces, Dossier
from porteurs.services.acces import ecarts
from socle.courriels import genres
from socle.emport.ecriture import ecrire
from socle.emport.lecture import lire
from socle.emport.scellement import ouvrir, phrase_neuve, sceller
from socle.emport.table import tables
from socle.fichiers import garder
from socle.models import Courriel, Fichier, Utilisateur
from socle.refus import Refus
from tests import bases as bases_d_essai
from tests.fabriques import ConventionFabrique, DossierFabrique, RessourceFabrique
from tests.fabriques.distribution import redonner_le_mot_de_passe

APPLICATIONS = ("socle", "partenaires", "porteurs", "bourse")


def test_chaque_table_part_ou_dit_pourquoi_elle_reste():
    toutes = {m._meta.label for app in APPLICATIONS for m in apps.get_app_config(app).get_models()}
    # L’historique cite des numéros d’ici : il reste, et l’arrivée écrit le sien (décision 0012).
    toutes -= {m._meta.label for m in HISTORIQUES.values()}
    parties = [t.modele for t in tables()]
    assert len(parties) == len(set(parties))
    assert set(parties) | set(RESTENT) == toutes
    assert not set(parties) & set(RESTENT)


def test_une_table_ne_nomme_que_des_tables_qui_la_precedent():
    vues = set()
    for table in tables():
        vues.add(table.classe)
        assert {lien.related_model for lien in table.liens()} <= vues, table.modele
        assert not [
            m
            for m in table.classe._meta.local_many_to_many
            if m.remote_field.through._meta.auto_created
        ]


def _contenu(archive: Path) -> dict:
    """Les lignes de l’archive, chaque lien remplacé par le rang de la ligne nommée."""
    with zipfile.ZipFile(archive) as z:
        lignes = {t: [json.loads(x) for x in z.read(t.nom).splitlines()] for t in tables()}
    rangs = {
        t.classe: {x["pk"]: x.get("code") if t.trouver_seulement else n for n, x in enumerate(ls)}
        for t, ls in lignes.items()
    }
    return {
        t.modele: [{c.name: _sans_pk(c, x[c.name], rangs) for c in t.champs()} for x in ls]
        for t, ls in lignes.items()
        if not t.trouver_seulement
    }


def _sans_pk(champ, valeur, rangs):
    return rangs[champ.related_model][valeur] if champ.remote_field and valeur else valeur


def test_il_se_relit_ailleurs_exactement(modeles, base_clonee, tmp_path, django_db_blocker):
    bases, vide, _ = modeles
    aller, retour = tmp_path / "aller.zip", tmp_path / "retour.zip"
    comptes = ecrire(Reseau.objects.get(slug="livradois-forez"), aller)
    assert comptes["porteurs.Dossier"] > 100
    ailleurs = bases.cloner(vide, "ailleurs")
    try:
        with bases_d_essai.employer(ailleurs):
            relecture = lire(aller, ensuite=emport._terminer)
            reseau = Reseau.objects.get()
            assert relecture.racine == reseau
            ecrire(reseau, retour)
            assert ecarts(Dossier.objects.select_related("reseau").prefetch_related("acces")) == []
            assert Acces.objects.exists()
            assert not Utilisateur.objects.filter(est_administrateur=True).exists()
            assert not any(u.has_usable_password() for u in Utilisateur.objects.all())
    finally:
        bases.jeter(ailleurs)
    avant, apres = _contenu(aller), _contenu(retour)
    for modele, lignes in avant.items():
        assert lignes == apres[modele], modele


@pytest.mark.django_db
def test_rien_d_un_autre_reseau_ne_part(distribution, marqueur, tmp_path):
    DossierFabrique(
        reseau=distribution.reseau_b,
        structure_responsable=distribution.s3,
        intitule=f"Ailleurs {marqueur}",
    )
    DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, intitule="Le mien"
    )
    archive = tmp_path / "a.zip"
    ecrire(distribution.reseau, archive)
    with zipfile.ZipFile(archive) as z:
        tout = b"".join(z.read(n) for n in z.namelist()).decode()
    assert "Le mien" in tout
    assert marqueur not in tout
    assert distribution.etrangere.email not in tout
    assert distribution.auteur.password not in tout or distribution.auteur.password == "!"


@pytest.mark.django_db
def test_deja_ici_ou_abime_rien_n_est_ecrit(distribution, tmp_path):
    archive = tmp_path / "a.zip"
    ecrire(distribution.reseau, archive)
    avant = (Reseau.objects.count(), Structure.objects.count(), Mandat.objects.count())
    with pytest.raises(Refus, match="déjà dans cette installation"):
        lire(archive, imposer={"slug": "une-autre-adresse"})
    with zipfile.ZipFile(archive) as z:
        contenu = {n: z.read(n) for n in z.namelist()}
    contenu["partenaires.mandat.jsonl"] = contenu["partenaires.mandat.jsonl"][:-30]
    with zipfile.ZipFile(archive, "w") as z:
        for nom, octets in contenu.items():
            z.writestr(nom, octets)
    with pytest.raises(Refus):
        lire(archive)
    assert avant == (Reseau.objects.count(), Structure.objects.count(), Mandat.objects.count())


def _refaire(archive, changer) -> None:
    """Réécrit l’archive, empreintes comprises, comme le ferait qui veut nuire."""
    with zipfile.ZipFile(archive) as z:
        contenu = {n: z.read(n) for n in z.namelist()}
    manifeste = json.loads(contenu["manifeste.json"])
    for table in tables():
        lignes = [json.loads(x) for x in contenu[table.nom].splitlines()]
        lignes = changer(table.modele, lignes)
        octets = b"".join(json.dumps(x).encode() + b"\n" for x in lignes)
        contenu[table.nom] = octets
        manifeste["sha256"][table.nom] = hashlib.sha256(octets).hexdigest()
    contenu["manifeste.json"] = json.dumps(manifeste).encode()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        for nom, octets in contenu.items():
            z.writestr(nom, octets)


def _champ(modele, champ, valeur):
    def changer(m, lignes):
        return [x | {champ: valeur} for x in lignes] if m == modele else lignes

    return changer


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changer",
    [
        _champ("partenaires.Reseau", "fuseau", "Nulle/Part"),
        _champ("partenaires.Reseau", "slug", "a/b"),
        _champ("partenaires.Reseau", "nom", "Un nom\nBcc: autre@essai.test"),
        _champ("partenaires.Ressource", "lien", "javascript:alert(1)"),
        _champ("partenaires.Mandat", "fonction", "empereur"),
        _champ("partenaires.Mandat", "reseau", 1),
        lambda m, ls: [*ls, ls[0] | {"pk": 999, "slug": "autre"}] if m.endswith(".Reseau") else ls,
    ],
)
def test_une_archive_forgee_ne_fait_entrer_rien(distribution, tmp_path, changer):
    RessourceFabrique(reseau=distribution.reseau, lien="https://exemple.fr/")
    archive = tmp_path / "a.zip"
    ecrire(distribution.reseau, archive)
    _refaire(archive, _neuve)
    lire(archive, imposer={"slug": "temoin"})
    _refaire(archive, _neuve)
    _refaire(archive, changer)
    avant = (Reseau.objects.count(), Mandat.objects.count())
    with pytest.raises(Refus, match="abîmé"):
        lire(archive)
    assert avant == (Reseau.objects.count(), Mandat.objects.count())


def _neuve(modele, lignes):
    """D’autres identifiants publics : l’archive semble venir d’ailleurs."""
    lignes = [x | {"uuid": str(uuid4())} if "uuid" in x else x for x in lignes]
    if modele == "partenaires.Reseau":
        lignes = [x | {"slug": f"venu-{uuid4().hex[:8]}", "peut_ouvrir": True} for x in lignes]
    return lignes


@pytest.mark.django_db
def test_elle_ne_donne_ni_droit_d_ouvrir_ni_compte_administrateur(distribution, tmp_path):
    archive = tmp_path / "a.zip"
    ecrire(distribution.reseau, archive)
    _refaire(archive, _neuve)
    _refaire(archive, _champ("socle.Utilisateur", "est_administrateur", True))
    _refaire(
        archive,
        lambda m, ls: (
            [x | {"email": f"n{x['pk']}@essai.test"} for x in ls]
            if m == "socle.Utilisateur"
            else ls
        ),
    )
    relecture = lire(archive)
    assert not Reseau.objects.get(pk=relecture.racine.pk).peut_ouvrir
    arrives = Utilisateur.objects.filter(pk__in=relecture.crees(Utilisateur))
    assert arrives.count() > 5
    assert not arrives.filter(est_administrateur=True).exists()


@pytest.mark.django_db
def test_un_fichier_venu_d_ailleurs_est_eprouve(distribution, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "fichiers"
    page = b"<html><script>alert(1)</script></html>"
    RessourceFabrique(
        reseau=distribution.reseau, fichier=garder(page, nom="page.html", type_mime="text/html")
    )
    archive = tmp_path / "a.zip"
    ecrire(distribution.reseau, archive)
    with zipfile.ZipFile(archive) as z:
        assert [n for n in z.namelist() if n.startswith("fichiers/")]
    Ressource.objects.all().delete()
    Fichier.objects.all().delete()
    with pytest.raises(Refus, match="html"):
        lire(archive)


def test_une_bombe_se_refuse_avant_d_etre_depliee(tmp_path):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("manifeste.json", "{}")
        z.writestr("partenaires.reseau.jsonl", b"0" * 60_000_000)
    with pytest.raises(Refus, match="démesuré"):
        lire(archive)


@pytest.mark.django_db
def test_qui_n_a_jamais_ete_du_reseau_ne_part_pas(distribution, tmp_path):
    """Une structure partagée ne fait pas sortir les gens ni les thèmes de son autre réseau."""
    d = distribution
    ConventionFabrique(reseau=d.reseau_b, structures=[d.s1])
    ailleurs = Theme.objects.create(
        reseau=d.reseau_b, code="x", libelle="Thème d’ailleurs", cote="prive"
    )
    commun = Theme.objects.filter(reseau=None).first()
    for theme in (ailleurs, commun):
        competence = Competence.objects.create(structure=d.s1, theme=theme, etape="idee")
        for personne in (d.auteur, d.etrangere):
            competence.noms.create(utilisateur=personne)
    GrilleCompetences.objects.create(
        structure=d.s1, modifiee_le=timezone.now(), modifiee_par=d.etrangere
    )
    archive = tmp_path / "a.zip"
    comptes = ecrire(d.reseau, archive)
    with zipfile.ZipFile(archive) as z:
        tout = b"".join(z.read(n) for n in z.namelist()).decode()
    assert comptes["partenaires.Competence"] == 1
    assert comptes["partenaires.CompetencePersonne"] == 1
    assert d.auteur.email in tout
    assert d.etrangere.email not in tout
    assert "Thème d’ailleurs" not in tout


def test_la_phrase_ouvre_et_rien_d_autre(tmp_path):
    clair, scelle, rendu = (tmp_path / n for n in ("clair", "scelle", "rendu"))
    clair.write_bytes(bytes(range(256)) * 9000)
    phrase = phrase_neuve()
    sceller(clair, scelle, phrase)
    ouvrir(scelle, rendu, f" {phrase} ")
    assert rendu.read_bytes() == clair.read_bytes()
    with pytest.raises(Refus, match="La phrase n’est pas"):
        ouvrir(scelle, rendu, phrase_neuve())
    octets = scelle.read_bytes()
    for abime in (octets[:-1], octets[: 31 + (1 << 20) + 16], octets + b"0", b"PK" + octets):
        scelle.write_bytes(abime)
        with pytest.raises(Refus):
            ouvrir(scelle, rendu, phrase)


@pytest.mark.django_db
def test_deux_cles(
    connecter, animatrice, administratrice, auteur, distribution, settings, tmp_path
):
    """L’animation a la phrase, l’administration le fichier ; nul n’a les deux."""
    settings.VAR = tmp_path
    adresse = reverse("partenaires:emport", args=[distribution.reseau.slug])
    client = connecter(animatrice)
    redonner_le_mot_de_passe(client, animatrice)
    page = client.post(adresse, {"motif": "Le réseau change d’hébergeur."}).content.decode()
    demande = Emport.objects.get(reseau=distribution.reseau)
    assert demande.phrase
    assert demande.phrase in page
    phrase = demande.phrase
    assert (
        "déjà en préparation"
        in client.post(adresse, {"motif": "Encore une fois, pour voir."}).content.decode()
    )
    avertis = Courriel.objects.filter(genre=emport.GENRE)
    assert auteur.email in {c.adresse for c in avertis}
    assert administratrice.email in {c.adresse for c in avertis}
    assert distribution.etrangere.email not in {c.adresse for c in avertis}
    messages = genres()[emport.GENRE].composer(list(avertis))
    assert all("change d’hébergeur" in m.texte for m in messages.values())
    assert not any(phrase in m.texte for m in messages.values())
    emport.preparer_les_emports()
    demande.refresh_from_db()
    assert (demande.etat, demande.phrase) == (EtatEmport.PRET, "")
    assert phrase not in client.get(adresse).content.decode()
    fichier = reverse("partenaires:emport_fichier", args=[demande.uuid])
    assert connecter(auteur).get(fichier).status_code == 403
    assert client.get(fichier).status_code == 403
    octets = b"".join(connecter(administratrice).get(fichier).streaming_content)
    assert distribution.auteur.email.encode() not in octets
    (tmp_path / "recu").write_bytes(octets)
    ouvrir(tmp_path / "recu", tmp_path / "clair", phrase)
    assert zipfile.is_zipfile(tmp_path / "clair")


@pytest.mark.django_db
def test_un_essai_dit_tout_et_n_enregistre_rien(connecter, administratrice, distribution, tmp_path):
    clair, scelle, phrase = tmp_path / "clair", tmp_path / "scelle", phrase_neuve()
    ecrire(distribution.reseau_b, clair)
    sceller(clair, scelle, phrase)
    for modele in (Mandat, apps.get_model("partenaires.Emport")):
        modele.objects.filter(reseau=distribution.reseau_b).delete()
    client = connecter(administratrice)
    adresse = reverse("partenaires:reception")
    with scelle.open("rb") as f:
        page = client.post(adresse, {"fichier": f, "phrase": "pas la bonne", "essai": "1"})
    assert "La phrase n’est pas celle de ce fichier" in page.content.decode()
    with scelle.open("rb") as f:
        page = client.post(adresse, {"fichier": f, "phrase": phrase, "essai": "1"})
    assert "déjà dans cette installation" in page.content.decode()
    assert client.post(adresse, {"phrase": phrase}).content.decode().count("Choisissez le fichier")
