"""Chaque invariant sait voir la faute qu'il garde : on abîme une ligne, il la nomme."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.backends.postgresql.psycopg_any import DateRange

from accueil.demonstration import verifier_invariants
from partenaires.invariants import VERIFICATIONS as VERIFICATIONS_PARTENAIRES
from partenaires.models import (
    ConventionStructure,
    Invitation,
    Mandat,
    Reseau,
    ReseauCommune,
    Structure,
)
from porteurs.enums import Etape, EtatAffectation, EtatRelais
from porteurs.invariants import AUTRES, REGLES, _regle, acces, coordonnees, verifier
from porteurs.models import (
    Acces,
    Affectation,
    Dossier,
    Echange,
    EtapeDossier,
    Installation,
    Participation,
    PointReunion,
    Porteur,
    Relais,
)
from socle.models import Utilisateur

pytestmark = pytest.mark.django_db
JOUR = timedelta(days=1)


@pytest.fixture
def dossiers():
    return Dossier.objects.filter(reseau__slug="livradois-forez").order_by("pk")


@pytest.fixture
def elue():
    """Une personne qui a un mandat dans le réseau, mais aucun qui permette d'y suivre un dossier."""
    return Utilisateur.objects.get(email="elue@demo.maillon.invalid")


def _un(dossiers, **filtre) -> Dossier:
    return dossiers.filter(**filtre).first()


def _acceptee(dossiers) -> Affectation:
    return Affectation.objects.en_cours().filter(dossier__in=dossiers, role="referent").first()


def etapes_ordonnees(dossiers, elue):
    etape = EtapeDossier.objects.filter(dossier__in=dossiers, etape=Etape.MONTAGE).first()
    EtapeDossier.objects.filter(pk=etape.pk).update(le=etape.dossier.ouvert_le - JOUR)
    return etape.dossier


def etape_courante(dossiers, elue):
    dossier = _un(dossiers, etape=Etape.IDEE)
    Dossier.objects.filter(pk=dossier.pk).update(etape=Etape.ETUDE)
    return dossier


def etapes_depuis_l_ouverture(dossiers, elue):
    dossier = dossiers.first()
    dossier.etapes.filter(etape=Etape.IDEE).update(le=dossier.ouvert_le - JOUR)
    return dossier


def cloture(dossiers, elue):
    dossier = _un(dossiers, clos_le__isnull=False)
    Dossier.objects.filter(pk=dossier.pk).update(clos_le=dossier.etape_depuis + JOUR)
    return dossier


def dernier_contact(dossiers, elue):
    dossier = _un(dossiers, clos_le=None)
    Dossier.objects.filter(pk=dossier.pk).update(dernier_contact_le=dossier.ouvert_le - JOUR)
    return dossier


def porteur_principal(dossiers, elue):
    dossier = dossiers.first()
    Participation.objects.filter(dossier=dossier, rang=1).delete()
    return dossier


def porteurs_du_reseau(dossiers, elue):
    dossier = dossiers.first()
    autre = Reseau.objects.get(slug="saint-flour-hautes-terres")
    Porteur.objects.filter(participations__dossier=dossier).update(reseau=autre)
    return dossier


def responsable_membre(dossiers, elue):
    dossier = dossiers.first()
    inconnue = Structure.objects.create(nom="Sans convention", type="association")
    Dossier.objects.filter(pk=dossier.pk).update(structure_responsable=inconnue)
    return dossier


def roles_dans_la_vie_du_dossier(dossiers, elue):
    affectation = _acceptee(dossiers)
    avant = DateRange(affectation.dossier.ouvert_le - JOUR, None)
    Affectation.objects.filter(pk=affectation.pk).update(periode=avant)
    return affectation.dossier


def un_role_a_la_fois(dossiers, elue):
    tenu = _acceptee(dossiers)
    Affectation.objects.create(
        dossier=tenu.dossier,
        role=tenu.role,
        utilisateur=tenu.utilisateur,
        structure=tenu.structure,
        etat=EtatAffectation.ACCEPTEE,
        periode=DateRange(tenu.periode.lower, tenu.periode.lower + 2 * JOUR),
    )
    return tenu.dossier


def roles_mandates(dossiers, elue):
    affectation = _acceptee(dossiers)
    Affectation.objects.filter(pk=affectation.pk).update(utilisateur=elue)
    return affectation.dossier


def propositions_ouvertes(dossiers, elue):
    dossier = _un(dossiers, clos_le__isnull=False)
    Affectation.objects.create(
        dossier=dossier,
        role="parrain",
        utilisateur=elue,
        structure=dossier.structure_responsable,
    )
    return dossier


def relais_de_la_responsable(dossiers, elue):
    relais = Relais.objects.filter(dossier__in=dossiers, etat=EtatRelais.PROPOSE).first()
    autre = Structure.objects.exclude(pk__in=[relais.de_id, relais.vers_id]).first()
    Relais.objects.filter(pk=relais.pk).update(de=autre)
    return relais.dossier


def relais_dates(dossiers, elue):
    relais = Relais.objects.filter(dossier__in=dossiers, etat=EtatRelais.ACCEPTE).first()
    Relais.objects.filter(pk=relais.pk).update(repondu_le=relais.propose_le - JOUR)
    return relais.dossier


def relais_accepte(dossiers, elue):
    relais = (
        Relais.objects.filter(dossier__in=dossiers, etat=EtatRelais.ACCEPTE)
        .exclude(de__reseaux_coordonnes__isnull=False)
        .first()
    )
    Dossier.objects.filter(pk=relais.dossier_id).update(structure_responsable=relais.de)
    return relais.dossier


def auteurs_mandates(dossiers, elue):
    echange = Echange.objects.filter(dossier__in=dossiers).exclude(auteur=elue).first()
    Echange.objects.filter(pk=echange.pk).update(cree_le=echange.cree_le - 3000 * JOUR)
    return echange.dossier


def installation_dans_la_vie_du_dossier(dossiers, elue):
    installation = Installation.objects.filter(dossier__in=dossiers).first()
    cloture = installation.dossier.etape_depuis
    Dossier.objects.filter(pk=installation.dossier_id).update(
        etape=Etape.ABANDONNE, clos_le=cloture
    )
    Installation.objects.filter(pk=installation.pk).update(le=cloture + JOUR)
    return installation.dossier


def decisions_datees(dossiers, elue):
    point = PointReunion.objects.filter(dossier__in=dossiers, decide_le__isnull=False).first()
    PointReunion.objects.filter(pk=point.pk).update(decide_le=None)
    return point.dossier


FAUTES = [
    etapes_ordonnees,
    etape_courante,
    etapes_depuis_l_ouverture,
    cloture,
    dernier_contact,
    porteur_principal,
    porteurs_du_reseau,
    responsable_membre,
    roles_dans_la_vie_du_dossier,
    un_role_a_la_fois,
    roles_mandates,
    propositions_ouvertes,
    relais_de_la_responsable,
    relais_dates,
    relais_accepte,
    auteurs_mandates,
    installation_dans_la_vie_du_dossier,
    decisions_datees,
]


def test_chaque_regle_a_sa_faute():
    assert {faute.__name__ for faute in FAUTES} == {regle.code for regle in REGLES}


@pytest.mark.parametrize("faute", FAUTES, ids=lambda f: f.__name__)
def test_la_faute_est_nommee(dossiers, elue, faute):
    regle = next(r for r in REGLES if r.code == faute.__name__)
    dossier = faute(dossiers, elue)
    assert f"{dossier.reference} : {regle.phrase}." in verifier(
        Dossier.objects.filter(pk=dossier.pk)
    )
    voisins = dossiers.exclude(pk=dossier.pk)[:50]
    assert verifier(Dossier.objects.filter(pk__in=[d.pk for d in voisins])) == []


def test_l_auteur_compte_jusqu_au_jour_ou_son_mandat_finit(dossiers):
    regle = next(r for r in REGLES if r.code == "auteurs_mandates")
    echange = Echange.objects.filter(dossier__in=dossiers).exclude(auteur=None).latest("cree_le")
    pk, reseau = echange.dossier_id, echange.dossier.reseau
    jour = echange.cree_le.astimezone(reseau.tz).date()
    mandats = Mandat.objects.filter(
        utilisateur=echange.auteur, structure=echange.structure, reseau=reseau
    )
    Echange.objects.filter(dossier=pk).exclude(pk=echange.pk).update(auteur=None)

    def en_faute(fin):
        mandats.update(periode=DateRange(jour - 400 * JOUR, fin))
        return bool(_regle(regle, [pk]))

    assert [en_faute(jour + n * JOUR) for n in (-1, 0, 1)] == [True, False, False]
    # Accepté, écrit et terminé le même jour : il ne reste que l'invitation.
    assert en_faute(jour - JOUR)
    Invitation.objects.create(
        reseau=reseau,
        structure=echange.structure,
        fonction="technicien",
        email=echange.auteur.email,
        expire_le=echange.cree_le + 14 * JOUR,
        acceptee_le=echange.cree_le,
        acceptee_par=echange.auteur,
    )
    assert not en_faute(jour - JOUR)


def test_un_acces_perdu_ou_de_trop_se_voit(dossiers):
    assert {acces, coordonnees} == set(AUTRES)
    dossier = dossiers.first()
    Acces.objects.filter(dossier=dossier).first().delete()
    assert any(
        p.startswith(f"{dossier.reference} : manque") for p in acces(dossiers.filter(pk=dossier.pk))
    )
    Acces.objects.create(
        dossier=dossier, beneficiaire="r999999", volet="fiche", activite_le=dossier.activite_le
    )
    phrases = acces(dossiers.filter(pk=dossier.pk))
    assert any(p.startswith(f"{dossier.reference} : de trop") for p in phrases)


def test_verifier_acces_dit_puis_repare(dossiers, capsys):
    Acces.objects.filter(dossier=dossiers.first()).delete()
    with pytest.raises(CommandError, match="écart"):
        call_command("verifier_acces")
    call_command("verifier_acces", reparer=True)
    call_command("verifier_acces")
    assert "Les accès concordent" in capsys.readouterr().out


def test_une_coordonnee_perimee_se_voit(dossiers):
    porteur = Porteur.objects.filter(participations__dossier=dossiers.first()).first()
    assert coordonnees(dossiers.filter(pk=dossiers.first().pk)) == []
    Porteur.objects.filter(pk=porteur.pk).update(cle_nom="autre chose")
    [phrase] = coordonnees(dossiers.filter(pk=dossiers.first().pk))
    assert str(porteur.uuid) in phrase
    assert porteur.nom not in phrase, "une vérification ne nomme personne"


def _sans_convention(reseau):
    """Plus aucune structure n’y est partie : rien ne lie personne au réseau."""
    ConventionStructure.objects.filter(convention__reseau=reseau).delete()


def _sans_commune(reseau):
    ReseauCommune.objects.filter(reseau=reseau).delete()


def _accord_trop_tard(reseau):
    """Sans accord du tout, la base refuse déjà ; un accord venu après l'ouverture est une faute."""
    Reseau.objects.filter(pk=reseau.pk).update(accord_conjoint_le=reseau.partage_ouvert_le + JOUR)


@pytest.mark.parametrize(
    ("abimer", "mots"),
    [
        (_sans_convention, ["coordinatrice n'a pas de convention", "qu'aucune convention"]),
        (_sans_commune, ["sans couvrir aucune commune"]),
        (_accord_trop_tard, ["avant l'un de ses deux documents"]),
    ],
)
def test_les_fautes_d_un_reseau(abimer, mots):
    reseau = Reseau.objects.get(slug="livradois-forez")
    assert [p for v in VERIFICATIONS_PARTENAIRES for p in v([reseau])] == []
    abimer(reseau)
    phrases = [p for v in VERIFICATIONS_PARTENAIRES for p in v([reseau])]
    for mot in mots:
        assert any(mot in phrase for phrase in phrases), mot


def test_la_demonstration_ne_se_contredit_pas():
    assert verifier_invariants(list(Reseau.objects.all())) == []
