"""Réunir deux fiches d'une même structure, puis tout remettre exactement comme avant."""

import pytest
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partenaires.enums import CHAINE, EtatConvention, Fonction
from partenaires.models import (
    Competence,
    CompetenceCommune,
    ConventionStructure,
    Fusion,
    Mandat,
    Structure,
    StructureCommune,
    Theme,
)
from partenaires.ressemblances import suggestions
from partenaires.services.fusions import defaire, paire, reunir
from porteurs.enums import EtatRelais
from porteurs.models import Dossier
from porteurs.services.acces import ecarts
from socle.acteur import acteur_de
from socle.models import AccesJournal
from socle.refus import Refus
from tests.fabriques import (
    ConventionFabrique,
    DossierFabrique,
    InvitationFabrique,
    MandatFabrique,
    RelaisFabrique,
    StructureFabrique,
    UtilisateurFabrique,
    commune,
)
from tests.fabriques.distribution import redonner_le_mot_de_passe
from tests.fabriques.partenaires import aujourd_hui
from tests.gardes.photographie import photographie as photographier

pytestmark = pytest.mark.django_db


def photographie() -> dict[str, tuple]:
    return photographier({"partenaires_fusion"})


@pytest.fixture
def double(distribution):
    """La même chambre, entrée une seconde fois dans le réseau A."""
    distribution.s1.commune = commune()
    distribution.s1.save()
    structure = StructureFabrique(
        nom="La Chambre de la vallée", type=distribution.s1.type, commune=commune()
    )
    ConventionFabrique(
        reseau=distribution.reseau, structures=[structure], etat=EtatConvention.PRINCIPE
    )
    return structure


@pytest.fixture
def acteur(distribution):
    return acteur_de(distribution.animatrice)


def test_les_dossiers_les_gens_et_les_conventions_passent(acteur, distribution, double):
    nouvelle = MandatFabrique(reseau=distribution.reseau, structure=double)
    dossier = DossierFabrique(
        reseau=distribution.reseau, structure_responsable=double, informe=True
    )
    fusion = reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    dossier.refresh_from_db()
    nouvelle.refresh_from_db()
    double.refresh_from_db()
    assert dossier.structure_responsable == distribution.s1
    assert nouvelle.structure == distribution.s1
    assert double.fusionnee_dans == distribution.s1
    assert not ConventionStructure.objects.filter(structure=double).exists()
    assert ecarts(Dossier.objects.filter(pk=dossier.pk)) == []
    # Qui travaille pour la structure gardée suit désormais le dossier, et l'inverse.
    auteur = acteur_de(distribution.auteur)
    assert dossier in Dossier.objects.suivis_par(auteur)
    assert {c["nature"]: c["deplacees"] for c in fusion.comptes}["dossiers"] == 1
    assert AccesJournal.objects.filter(objet="fusion").count() == 1


def test_la_fiche_absorbee_ne_parait_plus_nulle_part(
    connecter, acteur, auteur, administratrice, distribution, double
):
    annuaire = reverse("partenaires:annuaire", args=[distribution.reseau.slug])
    assert double.nom in connecter(auteur).get(annuaire).content.decode()
    reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    assert double.nom not in connecter(auteur).get(annuaire).content.decode()
    assert double not in Structure.objects.visible_par(acteur_de(administratrice))
    membres = Structure.objects.membres(distribution.reseau.pk, distribution.reseau.aujourd_hui())
    assert double not in membres


def test_ce_que_la_fiche_gardee_taisait_elle_le_reprend(acteur, distribution, double):
    Structure.objects.filter(pk=double.pk).update(
        siret="73282932000074", email="accueil@essai.test", telephone="04 65 71 00 01"
    )
    Structure.objects.filter(pk=distribution.s1.pk).update(email="deja@essai.test")
    fusion = reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    gardee = Structure.objects.get(pk=distribution.s1.pk)
    assert (gardee.siret, gardee.email) == ("73282932000074", "deja@essai.test")
    assert gardee.telephone == "04 65 71 00 01"
    defaire(acteur=acteur, fusion=fusion)
    gardee.refresh_from_db()
    assert (gardee.siret, gardee.telephone) == ("", "")
    assert Structure.objects.get(pk=double.pk).siret == "73282932000074"


def test_deux_mandats_qui_se_chevauchent_n_en_font_qu_un(acteur, distribution, double):
    garde = distribution.mandats["collegue"]
    Mandat.objects.filter(pk=garde.pk).update(periode=DateRange(aujourd_hui(-100), aujourd_hui(90)))
    MandatFabrique(
        utilisateur=distribution.collegue,
        reseau=distribution.reseau,
        structure=double,
        administre=True,
        telephone="06 39 98 00 11",
        periode=DateRange(aujourd_hui(-500), aujourd_hui(30)),
    )
    avant = photographie()
    fusion = reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    (mandat,) = Mandat.objects.filter(utilisateur=distribution.collegue)
    assert mandat.periode == DateRange(aujourd_hui(-500), aujourd_hui(90))
    assert (mandat.administre, mandat.telephone) == (True, "06 39 98 00 11")
    defaire(acteur=acteur, fusion=fusion)
    assert photographie() == avant


def test_une_administration_finie_ne_reprend_pas_avec_l_autre_mandat(acteur, distribution, double):
    """Le mandat gardé, fini hier, administrait ; celui du double court encore, sans administrer."""
    personne = UtilisateurFabrique()
    commun = {"utilisateur": personne, "reseau": distribution.reseau, "fonction": Fonction.PARRAIN}
    fini = MandatFabrique(
        structure=distribution.s1,
        administre=True,
        periode=DateRange(aujourd_hui(-9), aujourd_hui()),
        **commun,
    )
    MandatFabrique(structure=double, periode=DateRange(aujourd_hui(-9), None), **commun)
    reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    fini.refresh_from_db()
    assert (fini.periode.upper, fini.administre) == (None, False)


def test_un_mandat_eteint_ne_renait_pas(acteur, distribution):
    """La convention de l'autre fiche est finie : ses gens n'avaient plus de droit, ils n'en regagnent pas."""
    ancienne = StructureFabrique(nom="Chambre de la vallée (ancienne)")
    ConventionFabrique(reseau=distribution.reseau, structures=[ancienne], echue=True)
    mandat = MandatFabrique(reseau=distribution.reseau, structure=ancienne)
    assert acteur_de(mandat.utilisateur).mandats == ()
    avant = photographie()
    fusion = reunir(acteur=acteur, gardee=distribution.s1, absorbee=ancienne)
    assert acteur_de(mandat.utilisateur).mandats == ()
    mandat.refresh_from_db()
    assert mandat.periode.upper == aujourd_hui()
    defaire(acteur=acteur, fusion=fusion)
    assert photographie() == avant


def competence(structure, theme, *, sections=(), codes=()):
    objet = Competence.objects.create(
        structure=structure, theme=theme, etape=CHAINE[0], sections=list(sections)
    )
    for code in codes:
        CompetenceCommune.objects.create(competence=objet, commune=commune(code))
    return objet


def test_une_sortie_de_l_une_ne_fait_pas_sortir_l_autre(acteur, distribution, double):
    """La fiche gardée s’était retirée, l’autre est restée : la structure réunie est là."""
    convention = ConventionFabrique(
        reseau=distribution.reseau, structures=[distribution.s1, double], etat=EtatConvention.SIGNEE
    )
    parties = ConventionStructure.objects.filter(convention=convention)
    parties.filter(structure=distribution.s1).update(retrait_le=aujourd_hui(-1))
    fusion = reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    assert parties.get().retrait_le is None
    defaire(acteur=acteur, fusion=fusion)
    assert parties.get(structure=distribution.s1).retrait_le == aujourd_hui(-1)
    assert parties.get(structure=double).retrait_le is None


@pytest.mark.parametrize("periode", [(-300, 0), (5, None)])
def test_une_administration_d_un_autre_jour_ne_revient_pas(acteur, distribution, double, periode):
    """Elle administrait hier, ou le fera demain : réunir ne le lui donne pas aujourd’hui."""
    personne = UtilisateurFabrique()
    ConventionFabrique(reseau=distribution.reseau, structures=[double])
    debut, fin = periode
    meme = {"utilisateur": personne, "reseau": distribution.reseau}
    MandatFabrique(
        **meme,
        structure=distribution.s1,
        administre=True,
        periode=DateRange(aujourd_hui(debut), None if fin is None else aujourd_hui(fin)),
    )
    MandatFabrique(**meme, structure=double, periode=DateRange(aujourd_hui(-30), None))
    reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    actifs = Mandat.objects.actifs_maintenant().filter(utilisateur=personne)
    assert [m.administre for m in actifs] == [False]


def test_les_competences_en_double_se_reunissent(acteur, distribution, double):
    theme, autre, seul = Theme.objects.filter(reseau=None)[:3]
    gardee = competence(distribution.s1, theme, sections="AC", codes=["63003"])
    partout = competence(distribution.s1, autre, sections="A")
    competence(double, theme, sections="CF", codes=["63003", "63430"])
    competence(double, autre, codes=["63003"])
    competence(double, seul)
    avant = photographie()
    fusion = reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    assert Competence.objects.filter(structure=distribution.s1).count() == 3
    gardee.refresh_from_db()
    partout.refresh_from_db()
    assert gardee.sections == ["A", "C", "F"]
    assert sorted(gardee.communes.values_list("code", flat=True)) == ["63003", "63430"]
    assert (partout.sections, partout.communes.count()) == ([], 0)
    defaire(acteur=acteur, fusion=fusion)
    assert photographie() == avant


def test_les_communes_de_l_autre_ne_restreignent_pas(acteur, distribution, double):
    StructureCommune.objects.create(structure=double, commune=commune("63003"))
    fusion = reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    assert not distribution.s1.dessertes.exists()
    defaire(acteur=acteur, fusion=fusion)
    assert double.dessertes.count() == 1


def test_un_relais_en_attente_entre_les_deux_s_y_oppose(acteur, distribution, double):
    dossier = DossierFabrique(reseau=distribution.reseau, structure_responsable=distribution.s1)
    relais = RelaisFabrique(dossier=dossier, vers=double)
    with pytest.raises(Refus, match="relais de dossier attend"):
        reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    relais.etat = EtatRelais.ACCEPTE
    relais.repondu_le = timezone.now()
    relais.save()
    reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    relais.refresh_from_db()
    # L'histoire garde les deux noms : « de A vers A » ne voudrait rien dire.
    assert {relais.de_id, relais.vers_id} == {distribution.s1.pk, double.pk}


def test_ce_qui_a_change_depuis_empeche_d_annuler(acteur, distribution, double):
    mandat = MandatFabrique(reseau=distribution.reseau, structure=double)
    fusion = reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    mandat.delete()
    avant = photographie()
    with pytest.raises(Refus, match=r"a changé depuis.*mandat \(1\)"):
        defaire(acteur=acteur, fusion=fusion)
    assert photographie() == avant
    fusion.refresh_from_db()
    assert fusion.annulee_le is None


def test_une_fusion_enchainee_se_defait_dans_l_ordre(acteur, distribution, double):
    autre = StructureFabrique(nom="Encore la chambre")
    avant = photographie()
    premiere = reunir(acteur=acteur, gardee=autre, absorbee=double)
    seconde = reunir(acteur=acteur, gardee=distribution.s1, absorbee=autre)
    with pytest.raises(Refus, match="annulez d’abord"):
        defaire(acteur=acteur, fusion=premiere)
    defaire(acteur=acteur, fusion=seconde)
    defaire(acteur=acteur, fusion=premiere)
    assert photographie() == avant
    with pytest.raises(Refus, match="déjà annulée"):
        defaire(acteur=acteur, fusion=premiere)


JOURS = st.integers(min_value=-400, max_value=-1)
PERIODE = st.tuples(JOURS, st.one_of(st.none(), st.integers(min_value=0, max_value=400)))
SITUATION = st.fixed_dictionaries(
    {
        "mandats": st.lists(
            st.tuples(
                st.integers(0, 2),
                st.sampled_from(["garde", "double"]),
                st.sampled_from([Fonction.TECHNICIEN, Fonction.PARRAIN, Fonction.ELU]),
                PERIODE,
                st.booleans(),
            ),
            max_size=8,
        ),
        "competences": st.lists(
            st.tuples(
                st.sampled_from(["garde", "double"]),
                st.integers(0, 2),
                st.sets(st.sampled_from("ACF"), max_size=2),
                st.sets(st.sampled_from(["63003", "63430"]), max_size=2),
            ),
            max_size=6,
            unique_by=lambda c: (c[0], c[1]),
        ),
        "invitees": st.lists(
            st.tuples(st.sampled_from(["garde", "double"]), st.integers(0, 1)),
            max_size=4,
            unique=True,
        ),
        "dessertes": st.sets(
            st.tuples(st.sampled_from(["garde", "double"]), st.sampled_from(["63003", "63430"]))
        ),
        "dossiers": st.integers(0, 3),
        "commune": st.booleans(),
        "echue": st.booleans(),
        "siret": st.booleans(),
    }
)


def monter(situation, distribution) -> tuple[Structure, Structure]:
    """Deux fiches de la même structure, avec tout ce que la situation leur donne."""
    deux = {
        "garde": StructureFabrique(nom="La fiche gardée"),
        "double": StructureFabrique(
            nom="La fiche double", siret="73282932000074" if situation["siret"] else ""
        ),
    }
    if situation["commune"]:
        ConventionFabrique(reseau=distribution.reseau, structures=list(deux.values()))
    ConventionFabrique(reseau=distribution.reseau, structures=[deux["garde"]])
    ConventionFabrique(
        reseau=distribution.reseau, structures=[deux["double"]], echue=situation["echue"]
    )
    personnes = [UtilisateurFabrique() for _ in range(3)]
    themes = list(Theme.objects.filter(reseau=None)[:3])
    for qui, ou, fonction, (debut, fin), administre in situation["mandats"]:
        periode = DateRange(aujourd_hui(debut), None if fin is None else aujourd_hui(fin))
        memes = {
            "utilisateur": personnes[qui],
            "structure": deux[ou],
            "reseau": distribution.reseau,
            "fonction": fonction,
        }
        if not Mandat.objects.filter(**memes, periode__overlap=periode).exists():
            MandatFabrique(**memes, periode=periode, administre=administre)
    for ou, rang, sections, codes in situation["competences"]:
        competence(deux[ou], themes[rang], sections=sorted(sections), codes=codes)
    for ou, rang in situation["invitees"]:
        InvitationFabrique(
            reseau=distribution.reseau, structure=deux[ou], email=f"Invitee{rang}@essai.test"
        )
    for ou, code in situation["dessertes"]:
        StructureCommune.objects.create(structure=deux[ou], commune=commune(code))
    for rang in range(situation["dossiers"]):
        DossierFabrique(
            reseau=distribution.reseau,
            structure_responsable=deux["double" if rang % 2 else "garde"],
            informe=bool(rang),
        )
    return deux["garde"], deux["double"]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(situation=SITUATION)
def test_annuler_remet_tout_exactement(situation, distribution):
    """Quelle que soit la situation : droits gardés, rien qui reste à l'absorbée, et retour exact."""
    acteur = acteur_de(distribution.administratrice)
    with transaction.atomic():
        gardee, absorbee = monter(situation, distribution)
        avant = photographie()
        droits = droits_du_jour()
        fusion = reunir(acteur=acteur, gardee=gardee, absorbee=absorbee)
        assert {(u, f) for u, f, _ in droits_du_jour()} == {(u, f) for u, f, _ in droits}
        assert {(u, f) for u, f, a in droits_du_jour() if a} == {(u, f) for u, f, a in droits if a}
        assert ecarts(Dossier.objects.filter(structure_responsable=gardee)) == []
        for modele in (Mandat, Competence, ConventionStructure, StructureCommune):
            assert not modele.objects.filter(structure=absorbee).exists()
        defaire(acteur=acteur, fusion=fusion)
        assert photographie() == avant
        transaction.set_rollback(True)


def droits_du_jour() -> set:
    actifs = Mandat.objects.actifs_maintenant()
    return set(actifs.values_list("utilisateur", "fonction", "administre"))


def test_les_ressemblances_se_proposent(distribution):
    proches = [
        ("Chambre de commerce et d’industrie du Cantal", "15187"),
        ("Chambre commerce industrie Cantal", "15187"),
        ("Chambre de commerce et d’industrie de la Loire", "15187"),
        ("Chambre de commerce et d’industrie du Cantal", "63003"),
    ]
    une, autre, loire, ailleurs = (
        StructureFabrique(nom=nom, type="cci", commune=commune(code)) for nom, code in proches
    )
    trouvees = suggestions(
        Structure.objects.filter(pk__in=[une.pk, autre.pk, loire.pk, ailleurs.pk])
    )
    assert (une, autre) in trouvees
    assert (une, ailleurs) in trouvees
    assert not [p for p in trouvees if loire in p]


def test_la_paire_nomme_tous_les_reseaux_touches(distribution, double):
    deux = paire(distribution.s3, double)
    assert deux.reseaux == tuple(sorted([distribution.reseau.pk, distribution.reseau_b.pk]))


def test_une_seule_fusion_a_la_fois(acteur, distribution, double):
    reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    with pytest.raises(Refus, match="déjà réunie"):
        reunir(acteur=acteur, gardee=distribution.s2, absorbee=double)
    assert Fusion.objects.filter(absorbee=double).count() == 1


# --- Les pages -------------------------------------------------------------------------------


def page_reunir(gardee, absorbee):
    return reverse("partenaires:structures_reunir", args=[gardee.uuid, absorbee.uuid])


def test_la_page_dit_ce_qui_sera_garde(connecter, distribution, double):
    Structure.objects.filter(pk=distribution.s1.pk).update(
        telephone="04 65 71 00 01", email="", site="https://essai.test"
    )
    Structure.objects.filter(pk=double.pk).update(
        telephone="04 65 71 00 02", email="double@essai.test", site="https://essai.test"
    )
    page = connecter(distribution.animatrice).get(page_reunir(distribution.s1, double))
    dits = {
        (ou, ligne["libelle"]): ligne["garde"]
        for ou in ("lignes_gardee", "lignes_absorbee")
        for ligne in page.context[ou]
    }
    assert dits == {
        ("lignes_gardee", "Commune"): False,
        ("lignes_gardee", "Téléphone"): True,
        ("lignes_gardee", "Site"): False,
        ("lignes_absorbee", "Commune"): False,
        ("lignes_absorbee", "Téléphone"): False,
        ("lignes_absorbee", "Courriel"): True,
        ("lignes_absorbee", "Site"): False,
    }
    texte = page.content.decode()
    assert texte.count("sera gardé</span>") == 2
    assert "04 65 71 00 01 <span" in texte


@pytest.mark.parametrize("qui", ["animatrice", "administratrice"])
def test_on_reunit_et_on_separe_depuis_les_pages(qui, connecter, distribution, double):
    client = connecter(getattr(distribution, qui))
    liste = reverse("partenaires:doublons")
    adresse = page_reunir(distribution.s1, double)
    assert adresse in client.get(liste).content.decode()
    assert "partie à une convention" in client.get(adresse).content.decode()
    page = client.post(adresse, follow=True).content.decode()
    assert "n’en font plus qu’une" in page
    fusion = Fusion.objects.get(absorbee=double)
    annuler = reverse("partenaires:fusion_annuler", args=[fusion.uuid])
    assert annuler in page
    assert distribution.s1.nom in client.get(annuler).content.decode()
    assert "de nouveau deux fiches" in client.post(annuler, follow=True).content.decode()
    assert Structure.objects.get(pk=double.pk).fusionnee_dans is None


@pytest.mark.parametrize(
    ("qui", "code"), [("auteur", 403), ("elue", 403), ("etrangere", 404), ("animatrice_b", 404)]
)
def test_les_autres_ne_reunissent_pas(qui, code, connecter, distribution, double):
    client = connecter(getattr(distribution, qui))
    adresse = page_reunir(distribution.s1, double)
    assert client.get(adresse).status_code == code
    assert client.post(adresse).status_code == code
    assert not Fusion.objects.exists()


def test_une_structure_d_un_autre_reseau_aussi_ne_se_reunit_pas(connecter, distribution, double):
    """Elle est aussi membre du réseau B : réunir changerait des droits que l'animatrice n'a pas."""
    ConventionFabrique(reseau=distribution.reseau_b, structures=[double])
    client = connecter(distribution.animatrice)
    assert (
        page_reunir(distribution.s1, double)
        not in client.get(reverse("partenaires:doublons")).content.decode()
    )
    assert client.post(page_reunir(distribution.s1, double)).status_code == 403
    administre = connecter(distribution.administratrice)
    assert administre.post(page_reunir(distribution.s1, double)).status_code == 302


def test_on_cherche_deux_fiches_qui_ne_se_ressemblent_pas(connecter, distribution, double):
    client = connecter(distribution.animatrice)
    liste = reverse("partenaires:doublons")
    premiere = client.get(liste, {"q": "pays de la"}).content.decode()
    assert f"?avec={distribution.s2.uuid}" in premiere
    assert distribution.s3.nom not in client.get(liste, {"q": "chambre"}).content.decode()
    seconde = client.get(liste, {"avec": distribution.s2.uuid, "q": "la chambre"}).content.decode()
    assert page_reunir(distribution.s2, double) in seconde
    assert client.get(liste, {"avec": "n'importe quoi"}).status_code == 200


def test_la_liste_des_doublons_coute_toujours_autant(
    connecter, acteur, distribution, double, nombre_de_requetes
):
    client = connecter(distribution.animatrice)
    liste = reverse("partenaires:doublons")
    reunir(acteur=acteur, gardee=distribution.s1, absorbee=double)
    client.get(liste)
    with nombre_de_requetes(8):
        assert double.nom in client.get(liste).content.decode()
    for rang in range(2):
        autre = StructureFabrique(nom=f"Chambre de la vallée {rang}", type=distribution.s1.type)
        ConventionFabrique(reseau=distribution.reseau, structures=[autre])
        reunir(acteur=acteur, gardee=distribution.s1, absorbee=autre)
    with nombre_de_requetes(8):
        page = client.get(liste)
    assert len(page.context["page_fusions"]) == 3


def test_l_animation_garde_la_fiche_que_quelqu_un_administre(connecter, distribution, double):
    """La sienne ne remplace pas celle que la structure tient : on la mène à l’autre sens."""
    client = connecter(distribution.animatrice)
    redonner_le_mot_de_passe(client, distribution.animatrice)
    reponse = client.post(page_reunir(double, distribution.s1))
    assert reponse.url == page_reunir(distribution.s1, double)
    assert not Fusion.objects.filter(gardee=double).exists()
    client.post(reponse.url)
    assert Fusion.objects.filter(gardee=distribution.s1, absorbee=double).exists()
