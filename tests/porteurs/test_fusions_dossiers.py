"""Réunir deux dossiers : rien n'est perdu, rien ne s'ouvre, et tout se remet exactement."""

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from partenaires.enums import Cote
from partenaires.models import Theme
from porteurs.enums import (
    Etape,
    EtatFusion,
    EtatRelais,
    ModeAccord,
    RoleAffectation,
    RoleParticipation,
)
from porteurs.invariants import verifier
from porteurs.journal import cles_du_dossier
from porteurs.models import (
    AccordPartage,
    Affectation,
    Besoin,
    Dossier,
    DoublonSignale,
    FusionDossiers,
    PartAdulte,
    Participation,
    Porteur,
    VoletPrive,
    VoletProfessionnel,
)
from porteurs.services.acces import indexer, recalculer
from porteurs.services.dossier import prochaine_reference
from porteurs.services.fusions_comparaison import lire, paires_probables
from porteurs.services.fusions_dossiers import (
    apercu,
    defaire,
    obstacles,
    oublier,
    references_de,
    repondre,
    reunir,
    reunir_personnes,
)
from socle.acteur import acteur_de
from socle.models import AccesJournal
from socle.refus import Refus
from tests.fabriques import (
    ActionFabrique,
    AffectationFabrique,
    DossierFabrique,
    EchangeFabrique,
    FinancementFabrique,
    InstallationFabrique,
    PointReunionFabrique,
    PorteurFabrique,
    RelaisFabrique,
    ReunionFabrique,
)
from tests.fabriques.partenaires import aujourd_hui
from tests.gardes.photographie import photographie

pytestmark = pytest.mark.django_db
TRACES = {"porteurs_fusiondossiers"}


@pytest.fixture
def acteur(distribution):
    return acteur_de(distribution.auteur)


@pytest.fixture
def deux(distribution):
    """Le même projet saisi deux fois par la même structure, pour la même personne."""
    memes = {"reseau": distribution.reseau, "structure_responsable": distribution.s1}
    garde = DossierFabrique(
        **memes,
        reference="2026-0412",
        intitule="Reprise du fournil",
        informe=True,
        porteur__prenom="Zoé",
        porteur__nom="Petit",
        porteur__email="zoe@porteur.test",
        porteur__telephone_saisi="",
    )
    absorbe = DossierFabrique(
        **memes,
        reference="2026-0417",
        intitule="Boulangerie à Ambert",
        informe=True,
        porteur__prenom="Zoe",
        porteur__nom="PETIT",
        porteur__email="",
        porteur__telephone_saisi="06 39 98 77 66",
    )
    return garde, absorbe


def paires(garde, absorbe) -> dict[str, str]:
    return paires_probables(lire(garde), lire(absorbe))


def fusionner(acteur, garde, absorbe, **choix) -> FusionDossiers:
    return reunir(
        acteur=acteur, garde=garde, absorbe=absorbe, choix=choix, paires=paires(garde, absorbe)
    )


def test_tout_passe_et_rien_n_est_perdu(acteur, deux, distribution):
    garde, absorbe = deux
    EchangeFabrique(
        dossier=absorbe, auteur=distribution.auteur, texte="Premier rendez-vous", le=aujourd_hui(-3)
    )
    ActionFabrique(dossier=absorbe, responsable=distribution.auteur)
    FinancementFabrique(dossier=absorbe)
    VoletProfessionnel.objects.create(dossier=garde, activite="Fournil", budget=20_000)
    VoletProfessionnel.objects.create(dossier=absorbe, activite="Pain", budget=25_000, emplois=2)
    fusion = fusionner(acteur, garde, absorbe, **{"pro.budget": "absorbe"})
    assert fusion.etat == EtatFusion.FAITE
    assert not Dossier.objects.filter(pk=absorbe.pk).exists()
    garde.refresh_from_db()
    assert garde.intitule == "Reprise du fournil"
    assert (garde.actions.count(), garde.financements.count()) == (1, 1)
    pro = garde.volet_professionnel
    assert (pro.activite, pro.budget, pro.emplois) == ("Fournil", 25_000, 2)
    notes = "\n".join(garde.echanges.order_by("pk").values_list("texte", flat=True))
    # Ce qu'on n'a pas gardé se lit au fil : l'intitulé, l'activité, l'ancien budget, les étapes.
    for ecarte in ("Premier rendez-vous", "Boulangerie à Ambert", "Pain", "20000", "idée le"):
        assert ecarte in notes
    (porteur,) = Porteur.objects.filter(participations__dossier=garde)
    assert (porteur.nom, porteur.email, porteur.telephone_saisi) == (
        "Petit", "zoe@porteur.test", "06 39 98 77 66",
    )  # fmt: skip
    assert porteur.telephone == "+33639987766"
    assert verifier(Dossier.objects.filter(pk=garde.pk)) == []
    lignes = AccesJournal.objects.filter(motif="dossiers réunis")
    assert set(lignes.values_list("reference", flat=True)) == {str(garde.uuid), str(absorbe.uuid)}
    assert lignes.filter(reference__in=cles_du_dossier(garde)).count() == 2


def test_l_ancienne_reference_mene_au_dossier_garde(connecter, auteur, etrangere, acteur, deux):
    garde, absorbe = deux
    ancienne = reverse("porteurs:dossier", args=[garde.reseau.slug, absorbe.uuid])
    nouvelle = reverse("porteurs:dossier", args=[garde.reseau.slug, garde.uuid])
    fusionner(acteur, garde, absorbe)
    reponse = connecter(auteur).get(ancienne)
    assert (reponse.status_code, reponse.url) == (302, nouvelle)
    # Qui ne voit pas le dossier gardé n'apprend pas que l'ancien y a mené.
    assert connecter(etrangere).get(ancienne).status_code == 404
    assert references_de(garde) == ["2026-0412", "2026-0417"]
    assert list(Dossier.objects.visible_par(acteur).chercher("2026-0417", acteur)) == [garde]


def test_une_reference_reunie_ne_sert_pas_deux_fois(acteur, deux):
    garde, absorbe = deux
    jour = aujourd_hui()
    absorbe.reference = f"{jour.year}-9000"
    absorbe.save()
    fusionner(acteur, garde, absorbe)
    assert prochaine_reference(garde.reseau, jour) == f"{jour.year}-9001"


# --- Le partage le plus fermé ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("un", "autre", "ouvert"),
    [
        ({"informe": True}, {"informe": True}, True),
        ({"informe": True}, {"ferme": True}, False),
        ({"ferme": True}, {"informe": True}, False),
        ({"informe": True}, {"oppose": True}, False),
        ({"oppose": True}, {"ferme": True}, False),
    ],
)
def test_le_partage_est_le_plus_ferme_des_deux(acteur, distribution, voisine, un, autre, ouvert):
    memes = {"reseau": distribution.reseau, "structure_responsable": distribution.s1}
    garde, absorbe = DossierFabrique(**memes, **un), DossierFabrique(**memes, **autre)
    fusionner(acteur, garde, absorbe)
    garde.refresh_from_db()
    assert garde.partageable is ouvert
    vus = Dossier.objects.visible_par(acteur_de(voisine))
    assert vus.filter(pk=garde.pk).exists() is ouvert
    if "oppose" in {**un, **autre}:
        assert garde.opposition_le is not None
    assert verifier(Dossier.objects.filter(pk=garde.pk)) == []


def accord(dossier, structure, **plus):
    return AccordPartage.objects.create(
        participation=dossier.participations.get(rang=1),
        structure=structure,
        mode=ModeAccord.ORAL,
        donne_le=aujourd_hui(-5),
        **plus,
    )


def test_un_accord_ne_tient_que_s_il_vaut_dans_les_deux(acteur, distribution, deux):
    garde, absorbe = deux
    VoletPrive.objects.create(dossier=absorbe, logement="Une maison avec jardin")
    accord(garde, distribution.s1, jusqua=aujourd_hui(90))
    accord(absorbe, distribution.s1, jusqua=aujourd_hui(30))
    seul = accord(garde, distribution.s2)
    recalculer([garde.pk, absorbe.pk])
    phrases = " ".join(apercu(acteur, garde, absorbe).partage)
    assert distribution.s2.nom in phrases
    assert "prend fin" in phrases
    fusionner(acteur, garde, absorbe)
    seul.refresh_from_db()
    assert seul.retire_le is not None
    (reste,) = AccordPartage.objects.filter(participation__dossier=garde, retire_le=None)
    assert (reste.structure, reste.jusqua) == (distribution.s1, aujourd_hui(30))
    # La preuve de ce qui fut permis reste, datée.
    assert AccordPartage.objects.filter(participation__dossier=garde).count() == 3


def test_un_adulte_du_foyer_garde_son_propre_choix(acteur, distribution, deux):
    garde, absorbe = deux
    conjoint = PorteurFabrique(reseau=distribution.reseau, prenom="Ali", nom="Morel")
    Participation.objects.create(
        dossier=absorbe, porteur=conjoint, rang=2, role=RoleParticipation.FOYER
    )
    fusionner(acteur, garde, absorbe)
    part = garde.participations.get(porteur=conjoint)
    assert (part.rang, part.nommee) == (2, False)
    assert part.role == RoleParticipation.FOYER


def test_ce_qu_on_ecarte_du_volet_prive_reste_prive(acteur, distribution, deux):
    garde, absorbe = deux
    VoletPrive.objects.create(dossier=garde, logement="Un appartement")
    VoletPrive.objects.create(dossier=absorbe, logement="Une yourte")
    # Sans accord des adultes, le volet privé ne se compare pas à l'écran.
    assert "Le volet privé" not in apercu(acteur, garde, absorbe).comparaisons
    fusionner(acteur, garde, absorbe)
    note = garde.echanges.get(texte__contains="Une yourte")
    assert note.prive
    assert garde.volet_prive.logement == "Un appartement"


# --- Qui -------------------------------------------------------------------------------------


def test_l_autre_structure_en_est_d_accord_d_abord(distribution, acteur, deux, voisine):
    garde, absorbe = deux
    Dossier.objects.filter(pk=absorbe.pk).update(structure_responsable=distribution.s2)
    AffectationFabrique(dossier=absorbe, mandat=distribution.mandats["auteur"], acceptee=True)
    absorbe.refresh_from_db()
    fusion = fusionner(acteur, garde, absorbe)
    assert fusion.etat == EtatFusion.PROPOSEE
    assert Dossier.objects.filter(pk=absorbe.pk).exists()
    assert obstacles(garde, absorbe) != []
    with pytest.raises(Refus, match="pourquoi"):
        repondre(acteur=acteur_de(voisine), fusion=fusion, accepte=False)
    fusion = repondre(acteur=acteur_de(voisine), fusion=fusion, accepte=True)
    assert fusion.etat == EtatFusion.FAITE
    garde.refresh_from_db()
    assert garde.structure_responsable == distribution.s1
    with pytest.raises(Refus, match="déjà"):
        repondre(acteur=acteur_de(voisine), fusion=fusion, accepte=True)


def test_un_refus_dit_pourquoi_et_ne_touche_rien(distribution, acteur, deux, voisine):
    garde, absorbe = deux
    Dossier.objects.filter(pk=absorbe.pk).update(structure_responsable=distribution.s2)
    absorbe.refresh_from_db()
    avant = photographie(TRACES)
    fusion = fusionner(acteur, garde, absorbe)
    fusion = repondre(
        acteur=acteur_de(voisine), fusion=fusion, accepte=False, motif="Deux projets différents"
    )
    assert (fusion.etat, fusion.motif) == (EtatFusion.REFUSEE, "Deux projets différents")
    assert photographie(TRACES) == avant


def adresse(route, deux):
    garde, absorbe = deux
    return reverse(f"porteurs:{route}", args=[garde.reseau.slug, garde.uuid, absorbe.uuid])


def test_la_page_montre_les_deux_et_ne_se_montre_qu_a_qui_suit(
    connecter, auteur, voisine, etrangere, animatrice, deux, marqueur
):
    garde, absorbe = deux
    VoletProfessionnel.objects.create(dossier=garde, activite="Fournil")
    VoletProfessionnel.objects.create(dossier=absorbe, activite=f"Pain {marqueur}")
    page = adresse("dossiers_reunir", deux)
    lu = connecter(auteur).get(page).content.decode()
    assert marqueur in lu
    assert "Le réseau lira la fiche" in lu
    for personne, code in ((voisine, 403), (animatrice, 403), (etrangere, 404)):
        refusee = connecter(personne).get(page)
        assert refusee.status_code == code
        assert marqueur not in refusee.content.decode()
        assert connecter(personne).post(page, {}).status_code == code
    assert Dossier.objects.filter(pk=absorbe.pk).exists()


def test_le_formulaire_reunit_une_seule_fois(connecter, auteur, deux):
    garde, absorbe = deux
    page = adresse("dossiers_reunir", deux)
    client = connecter(auteur)
    form = client.get(page).context["form"]
    donnees = {nom: form[nom].value() or "" for nom in form.fields}
    donnees["dossier.intitule"] = "absorbe"
    reponse = client.post(page, donnees)
    assert reponse.status_code == 302
    garde.refresh_from_db()
    assert garde.intitule == "Boulangerie à Ambert"
    # Le second envoi ne trouve plus l'autre dossier : rien n'est fait deux fois.
    assert client.post(page, donnees).status_code == 404
    assert FusionDossiers.objects.count() == 1


def test_changer_qui_est_qui_remontre_les_differences(connecter, auteur, deux):
    page = adresse("dossiers_reunir", deux)
    client = connecter(auteur)
    form = client.get(page).context["form"]
    donnees = {nom: form[nom].value() or "" for nom in form.fields}
    donnees |= {nom: "" for nom in form.fields if nom.startswith("paire-")}
    reponse = client.post(page, donnees)
    assert reponse.status_code == 200
    assert not FusionDossiers.objects.exists()
    assert reponse.context["apercu"].paires == []


# --- Ce qui s'y oppose -----------------------------------------------------------------------


def test_un_relais_ou_deux_installations_s_y_opposent(acteur, distribution, deux):
    garde, absorbe = deux
    relais = RelaisFabrique(dossier=absorbe, vers=distribution.s2)
    with pytest.raises(Refus, match="relais"):
        fusionner(acteur, garde, absorbe)
    relais.etat, relais.repondu_le = EtatRelais.ANNULE, timezone.now()
    relais.save()
    InstallationFabrique(dossier=garde)
    InstallationFabrique(dossier=absorbe)
    with pytest.raises(Refus, match="deux projets"):
        fusionner(acteur, garde, absorbe)


def test_un_dossier_ouvert_l_emporte_sur_un_clos(acteur, distribution, deux):
    _, absorbe = deux
    clos = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, clos=True
    )
    fusionner(acteur, clos, absorbe)
    clos.refresh_from_db()
    assert (clos.etape, clos.clos_le) == (Etape.IDEE, None)
    assert verifier(Dossier.objects.filter(pk=clos.pk)) == []


def test_deux_personnes_reunies_gardent_leurs_deux_projets(acteur, deux):
    garde, absorbe = deux
    un, autre = (d.participations.select_related("dossier__reseau").get() for d in deux)
    avant = photographie(TRACES)
    fusion = reunir_personnes(acteur=acteur, garde=un, absorbe=autre, choix={})
    assert garde.participations.get().porteur == absorbe.participations.get().porteur
    assert verifier(Dossier.objects.filter(pk__in=[garde.pk, absorbe.pk])) == []
    defaire(acteur=acteur, fusion=fusion)
    assert photographie(TRACES) == avant


# --- Défaire ---------------------------------------------------------------------------------


def test_ce_qui_vit_depuis_n_empeche_pas_de_separer(acteur, deux, distribution):
    garde, absorbe = deux
    fusion = fusionner(acteur, garde, absorbe)
    nouveau = EchangeFabrique(dossier=garde, texte="Depuis la réunion")
    Dossier.objects.filter(pk=garde.pk).update(activite_le=timezone.now())
    defaire(acteur=acteur, fusion=fusion)
    nouveau.refresh_from_db()
    assert nouveau.dossier_id == garde.pk
    assert Dossier.objects.get(pk=absorbe.pk).intitule == "Boulangerie à Ambert"


def test_ce_qui_a_change_empeche_de_separer(acteur, deux):
    garde, absorbe = deux
    FinancementFabrique(dossier=absorbe)
    fusion = fusionner(acteur, garde, absorbe)
    garde.financements.all().delete()
    avant = photographie()
    with pytest.raises(Refus, match=r"a changé depuis.*financement"):
        defaire(acteur=acteur, fusion=fusion)
    assert photographie() == avant


def test_les_fusions_enchainees_se_defont_dans_l_ordre(acteur, deux, distribution):
    garde, absorbe = deux
    dernier = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=distribution.s1, reference="2026-0500"
    )
    avant = photographie(TRACES)
    premiere = fusionner(acteur, garde, absorbe)
    seconde = fusionner(acteur, dernier, garde)
    # Les deux anciennes références mènent au dernier.
    assert references_de(dernier) == ["2026-0500", "2026-0417", "2026-0412"]
    with pytest.raises(Refus, match="annulez-la d’abord"):
        defaire(acteur=acteur, fusion=premiere)
    defaire(acteur=acteur, fusion=seconde)
    defaire(acteur=acteur, fusion=premiere)
    assert photographie(TRACES) == avant
    with pytest.raises(Refus, match="déjà annulée"):
        defaire(acteur=acteur, fusion=premiere)


def test_ce_qu_on_efface_ne_se_defait_plus(acteur, deux):
    garde, absorbe = deux
    fusion = fusionner(acteur, garde, absorbe)
    assert "PETIT" in str(fusion.changements)
    oublier([garde.pk])
    fusion.refresh_from_db()
    assert fusion.changements == []
    with pytest.raises(Refus, match="effacé"):
        defaire(acteur=acteur, fusion=fusion)


CONTENU = st.fixed_dictionaries(
    {
        "informe": st.sampled_from(["informe", "ferme", "oppose"]),
        "clos": st.booleans(),
        "meme_personne": st.booleans(),
        "echanges": st.integers(0, 2),
        "referent": st.sampled_from(["", "auteur", "collegue"]),
        "parrain": st.booleans(),
        "propose": st.booleans(),
        "pro": st.sampled_from(["", "Pain", "Fromage"]),
        "prive": st.sampled_from(["", "Maison", "Gîte"]),
        "accords": st.sets(st.sampled_from(["s1", "s2"])),
        "conjoint": st.sampled_from(["", "Ali", "Noé"]),
        "besoin": st.booleans(),
        "point": st.booleans(),
        "financement": st.booleans(),
    }
)
SITUATION = st.fixed_dictionaries(
    {
        "garde": CONTENU,
        "absorbe": CONTENU,
        "signales": st.booleans(),
        "choix": st.sets(
            st.sampled_from(
                ["dossier.intitule", "dossier.etape", "pro.activite", "prive.logement",
                 "role.referent"]
            )
        ),
    }
)  # fmt: skip


def monter(distribution, nom: str, contenu: dict, personne, reunion) -> Dossier:
    """Un dossier de S1, avec tout ce que la situation lui donne."""
    dossier = DossierFabrique(
        reseau=distribution.reseau,
        structure_responsable=distribution.s1,
        intitule=f"Projet {nom}",
        porteur=personne if contenu["meme_personne"] else None,
        clos=contenu["clos"],
        **{contenu["informe"]: True},
    )
    for rang in range(contenu["echanges"]):
        EchangeFabrique(
            dossier=dossier, auteur=distribution.auteur, texte=f"Note {rang}", le=aujourd_hui(-3)
        )
    if contenu["referent"]:
        AffectationFabrique(
            dossier=dossier, mandat=distribution.mandats[contenu["referent"]], acceptee=True
        )
    if contenu["parrain"] and not contenu["clos"]:
        AffectationFabrique(
            dossier=dossier, mandat=distribution.mandats["parrain"],
            role=RoleAffectation.PARRAIN, acceptee=not contenu["propose"],
        )  # fmt: skip
    if contenu["pro"]:
        VoletProfessionnel.objects.create(dossier=dossier, activite=contenu["pro"])
    if contenu["prive"]:
        VoletPrive.objects.create(dossier=dossier, logement=contenu["prive"])
    part = dossier.participations.get(rang=1)
    PartAdulte.objects.create(participation=part, emploi=f"Emploi {nom}")
    for structure in sorted(contenu["accords"]):
        accord(dossier, getattr(distribution, structure))
    if contenu["conjoint"]:
        conjoint = PorteurFabrique(
            reseau=distribution.reseau, prenom=contenu["conjoint"], nom="Morel", email=""
        )
        Participation.objects.create(
            dossier=dossier, porteur=conjoint, rang=2, role=RoleParticipation.FOYER,
            informe_le=aujourd_hui(-3),
        )  # fmt: skip
    if contenu["besoin"]:
        Besoin.objects.create(
            dossier=dossier, theme=Theme.objects.order_by("pk").first(),
            cote=Cote.PROFESSIONNEL, etape=Etape.IDEE,
        )  # fmt: skip
    if contenu["point"]:
        PointReunionFabrique(reunion=reunion, dossier=dossier, mot=f"Mot {nom}")
    if contenu["financement"]:
        FinancementFabrique(dossier=dossier)
    indexer([dossier.pk])
    recalculer([dossier.pk])
    return dossier


def fautes(*dossiers: Dossier) -> set[str]:
    """Les règles que ces dossiers ne tiennent pas : les fabriques en laissent, réunir n'en ajoute pas."""
    phrases = verifier(Dossier.objects.filter(pk__in=[d.pk for d in dossiers]))
    return {phrase.partition(":")[2] for phrase in phrases}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # Réduire un échec rejouerait la fusion des centaines de fois.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(situation=SITUATION)
def test_separer_remet_tout_exactement(situation, distribution):
    """Quelle que soit la situation : les invariants tiennent, et le retour est exact."""
    acteur = acteur_de(distribution.auteur)
    with transaction.atomic():
        personne = PorteurFabrique(reseau=distribution.reseau)
        reunion = ReunionFabrique(reseau=distribution.reseau)
        garde, absorbe = (
            monter(distribution, nom, situation[nom], personne, reunion)
            for nom in ("garde", "absorbe")
        )
        if situation["signales"]:
            DoublonSignale.objects.create(dossier=absorbe, autre=garde)
        ouverts = [d.partageable for d in (garde, absorbe)]
        deja = fautes(garde, absorbe)
        avant = photographie(TRACES)
        fusion = fusionner(
            acteur, garde, absorbe, **dict.fromkeys(sorted(situation["choix"]), "absorbe")
        )
        reuni = Dossier.objects.get(pk=garde.pk)
        assert not reuni.partageable or all(ouverts)
        assert fautes(garde) <= deja
        assert not Participation.objects.filter(dossier=absorbe.pk).exists()
        assert Affectation.objects.filter(dossier=absorbe.pk).count() == 0
        defaire(acteur=acteur, fusion=fusion)
        assert photographie(TRACES) == avant
        transaction.set_rollback(True)
