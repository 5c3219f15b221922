"""L'espace d'une personne accompagnée : ce qu'elle lit, ce qu'elle décide, ce qu'on ne lui montre pas."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from partenaires.models import Theme
from porteurs.enums import (
    Audience,
    EtatBesoin,
    EtatDroit,
    EtatOrientation,
    RoleParticipation,
)
from porteurs.models import (
    Acces,
    AccordPartage,
    Besoin,
    DemandeDroit,
    Dossier,
    Echange,
    Orientation,
    Participation,
    Piece,
)
from porteurs.services.acces import ecarts
from porteurs.services.espace_gestes import RESTER, un_mois_apres
from socle.expedition import expedier_lot
from socle.fichiers import garder
from socle.models import AccesJournal, Courriel
from tests.fabriques import (
    ActionFabrique,
    DossierFabrique,
    EchangeFabrique,
    PorteurFabrique,
)
from tests.fabriques.partenaires import aujourd_hui
from tests.porteurs.espace import espace_de

ZOE, NOE = "zoe@porteur.test", "noe@porteur.test"


@pytest.fixture
def dossier(distribution, marqueur):
    return DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule=f"Projet {marqueur}",
        informe=True,
        porteur__email=ZOE,
        porteur__prenom="Zoé",
        avec_referent=distribution.mandats["auteur"],
    )


@pytest.fixture
def zoe(dossier):
    return espace_de(ZOE)


@pytest.fixture
def noe(dossier):
    """L'autre adulte du foyer, avec sa propre adresse."""
    personne = PorteurFabrique(reseau=dossier.reseau, email=NOE, prenom="Noé", nom="Autre")
    Participation.objects.create(
        dossier=dossier, porteur=personne, rang=2, role=RoleParticipation.FOYER
    )
    return espace_de(NOE)


def page(dossier, suite: str = "", racine: str = "/mon-projet/projets/") -> str:
    return f"{racine}{dossier.uuid}/{suite}"


def lire(client, dossier, suite: str = "") -> str:
    reponse = client.get(page(dossier, suite))
    assert reponse.status_code == 200
    return reponse.content.decode()


def composer(genre: str) -> list[Courriel]:
    lignes = list(Courriel.objects.filter(genre=genre).order_by("pk"))
    expedier_lot([ligne.pk for ligne in lignes])
    return list(Courriel.objects.filter(genre=genre).order_by("pk"))


# --- Où j'en suis -------------------------------------------------------------------------------


def test_je_lis_ou_j_en_suis_qui_me_suit_et_comment_les_joindre(zoe, dossier, distribution):
    distribution.s1.telephone_public = "04 65 71 00 01"
    distribution.s1.telephone = "04 65 71 99 99"
    distribution.s1.save(update_fields=["telephone_public", "telephone"])
    mandat = distribution.mandats["auteur"]
    mandat.telephone = "06 39 98 00 07"
    mandat.save(update_fields=["telephone"])
    Dossier.objects.filter(pk=dossier.pk).update(prochaine_etape="Visiter le local")
    texte = lire(zoe, dossier)
    for attendu in (
        "L’idée",
        "On prend le temps de l’écouter",
        "Visiter le local",
        distribution.auteur.nom_complet,
        "06 39 98 00 07",
        distribution.auteur.email,
        distribution.s1.nom,
        "04 65 71 00 01",
    ):
        assert attendu in texte
    # Le numéro que seuls les membres lisent n'est pas celui du public.
    assert "04 65 71 99 99" not in texte


def test_un_projet_tout_neuf_dit_quoi_faire(distribution):
    DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, porteur__email=ZOE
    )
    reponse = espace_de(ZOE).get("/mon-projet/projets/", follow=True)
    texte = reponse.content.decode()
    assert "Personne n’est encore nommé" in texte
    assert "Rien n’est noté pour l’instant" in texte


def test_mes_besoins_disent_qui_s_en_occupe_sans_les_refus(zoe, dossier, distribution, marqueur):
    theme = Theme.objects.du_reseau(distribution.reseau).order_by("pk").first()
    besoin = Besoin.objects.create(
        dossier=dossier,
        theme=theme,
        cote="professionnel",
        etape="idee",
        precisions=f"Interne{marqueur}",
        etat=EtatBesoin.PRIS,
        pris_le=timezone.now(),
    )
    Orientation.objects.create(besoin=besoin, structure=distribution.s2, etat=EtatOrientation.PRISE)
    Orientation.objects.create(
        besoin=besoin,
        structure=distribution.s3,
        etat=EtatOrientation.REFUSEE,
        motif=f"Refus{marqueur}",
    )
    texte = lire(zoe, dossier)
    assert theme.libelle in texte
    assert "Quelqu’un s’en occupe" in texte
    assert distribution.s2.nom in texte
    for cache in (distribution.s3.nom, f"Interne{marqueur}", f"Refus{marqueur}"):
        assert cache not in texte


def test_je_coche_ce_qu_on_attend_de_moi_et_rien_d_autre(zoe, dossier, distribution):
    attendue = ActionFabrique(
        dossier=dossier,
        responsable=distribution.auteur,
        libelle="Envoyer le devis",
        pour_porteur=True,
    )
    interne = ActionFabrique(
        dossier=dossier, responsable=distribution.auteur, libelle="Relancer la banque"
    )
    texte = lire(zoe, dossier)
    assert "Envoyer le devis" in texte
    assert "Relancer la banque" not in texte
    zoe.post(page(dossier, f"a-faire/{attendue.uuid}/"))
    attendue.refresh_from_db()
    assert attendue.faite_le == aujourd_hui()
    assert "Envoyer le devis" in Echange.objects.get(dossier=dossier).texte
    assert zoe.post(page(dossier, f"a-faire/{interne.uuid}/")).status_code == 404
    interne.refresh_from_db()
    assert interne.faite_le is None


# --- Messages -----------------------------------------------------------------------------------


def test_un_message_se_lit_au_fil_et_previent_qui_me_suit(zoe, dossier, distribution, connecter):
    cle = "7b2f4f52-3c39-4e1c-9d4e-0e1f3a0d9a11"
    for _ in range(2):
        reponse = zoe.post(
            page(dossier, "messages/"), {"texte": "Le local est libre.", "cle_envoi": cle}
        )
        assert reponse.url.endswith("?fait=message")
    message = Echange.objects.get(dossier=dossier)
    assert (message.porteur.email, message.auteur, message.audience) == (
        ZOE,
        None,
        Audience.EQUIPE,
    )
    assert "Votre message est envoyé" in zoe.get(reponse.url).content.decode()
    dossier.refresh_from_db()
    assert dossier.dernier_contact_le == aujourd_hui()
    fil = connecter(distribution.auteur).get(f"/r/vallee/dossiers/{dossier.uuid}/")
    assert "Le local est libre." in fil.content.decode()
    voisine = connecter(distribution.voisine).get(f"/r/vallee/dossiers/{dossier.uuid}/")
    assert "Le local est libre." not in voisine.content.decode()
    [courriel] = composer("espace_message")
    assert courriel.destinataire == distribution.auteur
    assert dossier.reference in courriel.sujet
    nom = dossier.participations.get().porteur.nom
    for corps in (courriel.corps_texte, courriel.corps_html):
        assert "Le local est libre." not in corps
        assert nom not in corps


def test_sans_referent_les_techniciens_de_la_structure_sont_prevenus(distribution):
    dossier = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, porteur__email=ZOE
    )
    espace_de(ZOE).post(page(dossier, "messages/"), {"texte": "Bonjour"})
    prevenus = {c.destinataire for c in Courriel.objects.filter(genre="espace_message")}
    assert prevenus == {distribution.auteur, distribution.collegue}


def test_les_notes_internes_ne_se_lisent_pas(zoe, dossier, distribution, marqueur):
    for audience in Audience:
        EchangeFabrique(
            dossier=dossier,
            auteur=distribution.auteur,
            audience=audience,
            texte=f"Note{audience}{marqueur}",
        )
    EchangeFabrique(
        dossier=dossier, auteur=distribution.auteur, pour_porteur=True, texte=f"Adresse{marqueur}"
    )
    for suite in ("", "messages/", "partage/", "mes-droits/", "documents/"):
        texte = lire(zoe, dossier, suite)
        for audience in Audience:
            assert f"Note{audience}{marqueur}" not in texte
    assert f"Adresse{marqueur}" in lire(zoe, dossier, "messages/")


def test_un_adulte_ne_lit_ni_les_messages_ni_les_pieces_privees_de_l_autre(
    zoe, noe, dossier, distribution, marqueur
):
    zoe.post(page(dossier, "messages/"), {"texte": f"Zoe{marqueur}"})
    noe.post(page(dossier, "messages/"), {"texte": f"Noe{marqueur}"})
    for prive in (True, False):
        EchangeFabrique(
            dossier=dossier,
            auteur=distribution.auteur,
            pour_porteur=True,
            prive=prive,
            texte=f"Equipe{prive}{marqueur}",
        )
    chez_zoe, chez_noe = (lire(c, dossier, "messages/") for c in (zoe, noe))
    assert f"Zoe{marqueur}" in chez_zoe
    assert f"Noe{marqueur}" not in chez_zoe
    assert f"EquipeTrue{marqueur}" in chez_zoe
    assert f"Noe{marqueur}" in chez_noe
    assert f"Zoe{marqueur}" not in chez_noe
    assert f"EquipeTrue{marqueur}" not in chez_noe
    assert f"EquipeFalse{marqueur}" in chez_noe


# --- Documents ----------------------------------------------------------------------------------


def test_je_depose_un_document_et_je_lis_ceux_qu_on_me_remet(zoe, noe, dossier, distribution):
    depot = {"fichier": SimpleUploadedFile("devis.txt", b"Mon devis"), "intitule": ""}
    assert zoe.post(page(dossier, "documents/"), depot).url.endswith("?fait=document")
    piece = Piece.objects.get(dossier=dossier)
    assert (piece.intitule, piece.porteur.email, piece.audience) == (
        "devis.txt",
        ZOE,
        Audience.EQUIPE,
    )
    fichier = zoe.get(page(dossier, f"documents/{piece.uuid}/"))
    assert b"".join(fichier.streaming_content) == b"Mon devis"
    assert fichier["Content-Disposition"].startswith("attachment")
    assert noe.get(page(dossier, f"documents/{piece.uuid}/")).status_code == 404
    interne = Piece.objects.create(
        dossier=dossier,
        fichier=garder(b"%PDF-1.7", nom="interne.pdf"),
        intitule="Interne",
        deposee_par=distribution.auteur,
        structure=distribution.s1,
    )
    interne.refresh_from_db()
    assert zoe.get(page(dossier, f"documents/{interne.uuid}/")).status_code == 404
    assert "Interne" not in lire(zoe, dossier, "documents/")


def test_un_document_refuse_le_dit_a_cote_du_champ(zoe, dossier):
    faux = SimpleUploadedFile("photo.jpg", b"<html>pas une image</html>")
    reponse = zoe.post(page(dossier, "documents/"), {"fichier": faux, "intitule": "Photo"})
    assert reponse.status_code == 200
    assert "Un point est à revoir" in reponse.content.decode()
    assert not Piece.objects.exists()


# --- Partage ------------------------------------------------------------------------------------


def voit(client, dossier) -> bool:
    return client.get(f"/r/vallee/dossiers/{dossier.uuid}/").status_code == 200


def test_je_ferme_et_rouvre_ma_fiche_et_le_reseau_le_voit_aussitot(
    zoe, dossier, distribution, connecter
):
    voisine, auteur = connecter(distribution.voisine), connecter(distribution.auteur)
    assert voit(voisine, dossier)
    zoe.post(page(dossier, "partage/"), {"geste": "fermer"})
    assert not voit(voisine, dossier)
    assert voit(auteur, dossier)
    assert "Vous l’avez fermée" in lire(zoe, dossier, "partage/")
    zoe.post(page(dossier, "partage/"), {"geste": "ouvrir"})
    assert voit(voisine, dossier)
    assert ecarts([Dossier.objects.get(pk=dossier.pk)]) == []


def test_un_dossier_importe_s_ouvre_quand_la_personne_le_dit(distribution, connecter):
    ferme = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, porteur__email=ZOE
    )
    voisine, zoe = connecter(distribution.voisine), espace_de(ZOE)
    assert not voit(voisine, ferme)
    assert "tant que vous n’avez pas dit oui" in lire(zoe, ferme, "partage/")
    zoe.post(page(ferme, "partage/"), {"geste": "ouvrir"})
    assert voit(voisine, ferme)


def test_l_autre_adulte_choisit_son_prenom_mais_pas_la_fiche(noe, dossier, distribution, connecter):
    voisine = connecter(distribution.voisine)
    part = Participation.objects.get(dossier=dossier, rang=2)
    refus = noe.post(page(dossier, "partage/"), {"geste": "fermer"})
    assert "qui porte le projet en premier" in refus.content.decode()
    assert voit(voisine, dossier)
    assert not part.nommee
    noe.post(page(dossier, "partage/"), {"geste": "nommer", "part": part.uuid})
    part.refresh_from_db()
    assert part.nommee
    noe.post(page(dossier, "partage/"), {"geste": "taire", "part": part.uuid})
    part.refresh_from_db()
    assert not part.nommee


def test_la_vie_privee_s_ouvre_par_structure_et_chaque_adulte_pour_soi(
    zoe, noe, dossier, distribution
):
    part, autre = Participation.objects.filter(dossier=dossier).order_by("rang")
    droit = Acces.objects.filter(
        dossier=dossier, beneficiaire__startswith=f"s{distribution.s1.pk}:"
    )

    def accorder(client, part, geste="accorder", structure=distribution.s1):
        return client.post(
            page(dossier, "partage/"),
            {"geste": geste, "part": part.uuid, "structure": structure.uuid},
        )

    assert accorder(zoe, part).url.endswith("?fait=prive")
    assert not droit.get().prive
    # Une note pour l'équipe : rien n'est écrit à la place de la personne.
    trace = dossier.echanges.get()
    assert distribution.s1.nom in trace.texte
    assert (trace.nature, trace.porteur, trace.pour_porteur) == ("note", None, False)
    # Chacun pour soi : la part de l'autre n'existe pas.
    assert accorder(zoe, autre).status_code == 404
    accorder(noe, autre)
    assert droit.get().prive
    assert accorder(noe, autre, "retirer").url.endswith("?fait=prive_retire")
    assert not droit.get().prive
    assert AccordPartage.objects.filter(participation=autre).get().retire_le is not None
    # Une structure qui ne suit pas le projet n'a rien à lire.
    refus = accorder(zoe, part, structure=distribution.s2)
    assert "ne suit plus votre projet" in refus.content.decode()
    assert ecarts([Dossier.objects.get(pk=dossier.pk)]) == []


def test_un_couple_qui_partage_son_adresse_choisit_pour_chacun(dossier):
    autre = PorteurFabrique(reseau=dossier.reseau, email=ZOE, prenom="Noé")
    part = Participation.objects.create(dossier=dossier, porteur=autre, rang=2, role="foyer")
    part.refresh_from_db()
    zoe = espace_de(ZOE)
    texte = lire(zoe, dossier, "partage/")
    assert "<h3>Zoé</h3>" in texte
    assert "<h3>Noé</h3>" in texte
    zoe.post(
        page(dossier, "mes-droits/"),
        {"nature": "copie", "personne": autre.uuid},
    )
    assert DemandeDroit.objects.get().porteur == autre


def test_je_vois_qui_a_regarde_et_jamais_ce_qui_a_ete_lu(zoe, dossier, distribution, connecter):
    assert "Personne n’a encore ouvert" in lire(zoe, dossier, "partage/")
    connecter(distribution.voisine).get(f"/r/vallee/dossiers/{dossier.uuid}/")
    texte = lire(zoe, dossier, "partage/")
    assert distribution.voisine.nom_complet in texte
    assert distribution.s2.nom in texte
    # Ses propres visites se notent aussi, sans la faire passer pour quelqu'un d'autre.
    mien = AccesJournal.objects.filter(objet="dossier", utilisateur=None)
    assert mien.count() == 2
    assert mien.first().motif == "par la personne, dans son espace"


def test_un_geste_inconnu_ou_une_cle_de_trop_ne_changent_rien(zoe, dossier):
    avant = Dossier.objects.values().get(pk=dossier.pk)
    reponse = zoe.post(page(dossier, "partage/"), {"geste": "tout", "structure_responsable": "1"})
    assert "n’est pas reconnu" in reponse.content.decode()
    assert Dossier.objects.values().get(pk=dossier.pk) == avant
    assert zoe.post(page(dossier, "partage/"), {"geste": "nommer", "part": "x"}).status_code == 404


# --- Mes droits ---------------------------------------------------------------------------------


def test_je_demande_une_copie_la_structure_repond_et_je_l_apprends(
    zoe, dossier, distribution, connecter
):
    depuis = page(dossier, "mes-droits/")
    assert zoe.post(depuis, {"nature": "copie", "mot": "Tout"}).url.endswith("?fait=droit")
    demande = DemandeDroit.objects.get()
    assert demande.echeance == un_mois_apres(aujourd_hui())
    assert "déjà en cours" in zoe.post(depuis, {"nature": "copie"}).content.decode()
    [courriel] = composer("espace_droit")
    assert courriel.destinataire == distribution.auteur
    reponse = f"/r/vallee/droits/{demande.uuid}/"
    assert reponse in courriel.corps_texte
    assert connecter(distribution.voisine).get(reponse).status_code == 404
    auteur = connecter(distribution.auteur)
    assert "Dites pourquoi" in auteur.post(reponse, {"etat": "refusee"}).content.decode()
    auteur.post(reponse, {"etat": "faite", "reponse": "La copie est dans vos documents."})
    demande.refresh_from_db()
    assert (demande.etat, demande.repondue_par) == (EtatDroit.FAITE, distribution.auteur)
    assert "La copie est dans vos documents." in lire(zoe, dossier, "mes-droits/")
    [annonce] = composer("espace_reponse")
    assert annonce.adresse == ZOE
    assert "La copie est dans vos documents." not in annonce.corps_texte


def test_je_retire_ma_demande_et_elle_seule(zoe, noe, dossier):
    zoe.post(page(dossier, "mes-droits/"), {"nature": "effacement"})
    demande = DemandeDroit.objects.get()
    assert noe.post(page(dossier, "mes-droits/"), {"retirer": demande.uuid}).status_code == 404
    assert "effacement" not in lire(noe, dossier, "mes-droits/").split("<form")[1]
    zoe.post(page(dossier, "mes-droits/"), {"retirer": demande.uuid})
    demande.refresh_from_db()
    assert demande.etat == EtatDroit.RETIREE


def test_rester_suivi_fait_repartir_la_conservation(zoe, dossier):
    Dossier.objects.filter(pk=dossier.pk).update(dernier_contact_le=aujourd_hui(-700))
    zoe.post(page(dossier, "rester-suivi/"))
    dossier.refresh_from_db()
    assert dossier.dernier_contact_le == aujourd_hui()
    assert Echange.objects.get(dossier=dossier).texte == RESTER


@pytest.mark.parametrize(
    ("jour", "echeance"),
    [("2026-01-31", "2026-02-28"), ("2026-12-15", "2027-01-15"), ("2028-01-30", "2028-02-29")],
)
def test_un_mois_se_compte_au_calendrier(jour, echeance):
    assert un_mois_apres(date.fromisoformat(jour)) == date.fromisoformat(echeance)


# --- Coût et poids ------------------------------------------------------------------------------

REQUETES = {"": 11, "messages/": 7, "documents/": 5, "partage/": 12, "mes-droits/": 8}


@pytest.mark.parametrize("lignes", [1, 3])
@pytest.mark.parametrize("suite", REQUETES)
def test_chaque_page_coute_autant_a_une_ligne_qu_a_trois(
    suite, lignes, zoe, dossier, distribution, nombre_de_requetes
):
    themes = list(Theme.objects.du_reseau(distribution.reseau).order_by("pk")[:lignes])
    for rang, theme in enumerate(themes):
        besoin = Besoin.objects.create(
            dossier=dossier, theme=theme, cote="professionnel", etape="idee", etat="oriente"
        )
        Orientation.objects.create(besoin=besoin, structure=distribution.s2)
        EchangeFabrique(dossier=dossier, auteur=distribution.auteur, pour_porteur=True)
        ActionFabrique(dossier=dossier, responsable=distribution.auteur, pour_porteur=True)
        DemandeDroit.objects.create(
            dossier=dossier,
            porteur=dossier.participations.get().porteur,
            nature="copie",
            etat=EtatDroit.RETIREE,
            recue_le=timezone.now(),
            repondue_le=timezone.now() + timedelta(hours=1),
            echeance=aujourd_hui(rang),
        )
        Piece.objects.create(
            dossier=dossier,
            fichier=garder(b"%PDF-1.7", nom=f"plan{rang}.pdf"),
            intitule=f"Plan {rang}",
            pour_porteur=True,
            structure=distribution.s1,
        )
    with nombre_de_requetes(REQUETES[suite]):
        reponse = zoe.get(page(dossier, suite))
    assert len(reponse.content) < 60_000
