"""Chaque liste coûte le même nombre de requêtes à une ligne et à trois, douze au plus.

Le nombre est écrit : s'il change, on sait pourquoi avant de le réécrire.
"""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from socle.models import Courriel
from tests.fabriques import (
    ActionFabrique,
    AffectationFabrique,
    DossierFabrique,
    EchangeFabrique,
    FinancementFabrique,
    InvitationFabrique,
    MandatFabrique,
    RelaisFabrique,
    ReseauFabrique,
    ReunionFabrique,
    UtilisateurFabrique,
)

BUDGET = 12


def un_dossier(d, n, **plus):
    dossier = DossierFabrique(
        reseau=d.reseau,
        structure_responsable=d.s1,
        informe=True,
        intitule=f"Ligne {n}",
        **{"avec_referent": d.mandats["auteur"]} | plus,
    )
    EchangeFabrique(dossier=dossier, auteur=d.auteur)
    return dossier.intitule


def une_structure(d, n):
    """Une personne de plus dans la structure : l'annuaire la montre sur la ligne de celle-ci."""
    personne = UtilisateurFabrique(prenom="Ligne", nom=f"Numéro{n}")
    MandatFabrique(utilisateur=personne, reseau=d.reseau, structure=d.s2)
    return personne.nom


def une_reunion(d, n):
    return ReunionFabrique(
        reseau=d.reseau, lieu=f"Salle {n}", debut=timezone.now() + timedelta(days=n + 8)
    ).lieu


def un_point(d, n):
    """Une ligne d'ordre du jour dans plusieurs raisons à la fois."""
    if not d.reseau.reunions.exists():
        ReunionFabrique(reseau=d.reseau)
    titre = un_dossier(d, n, avec_referent=None, dormant=n % 2 == 0)
    dossier = d.reseau.dossiers.get(intitule=titre)
    ActionFabrique(dossier=dossier, responsable=d.auteur, echeance=timezone.localdate())
    RelaisFabrique(dossier=dossier, vers=d.s2)
    return titre


def une_invitation(d, n):
    return InvitationFabrique(reseau=d.reseau, structure=d.s1, invitee_par=d.auteur).email


def un_reseau(d, n):
    return ReseauFabrique(nom=f"Aaa réseau {n}", structure_coordinatrice=d.s1).nom


def un_courriel(d, n):
    adresse = f"ligne{n}@essai.test"
    Courriel.objects.create(
        genre="compte",
        adresse=adresse,
        destinataire=d.auteur,
        cle_destinataire=adresse,
        periode=f"p{n}",
        message_id=f"<ligne{n}@essai.test>",
    )
    return adresse


def une_tuile(d, n):
    """De quoi remplir chaque tuile du tableau : relais reçu, rôle proposé, dossier dormant."""
    titre = un_dossier(d, n, dormant=True)
    dossier = d.reseau.dossiers.get(intitule=titre)
    ActionFabrique(dossier=dossier, responsable=d.auteur, echeance=timezone.localdate())
    recu = DossierFabrique(reseau=d.reseau, structure_responsable=d.s2, informe=True)
    RelaisFabrique(dossier=recu, vers=d.s1)
    propose = DossierFabrique(reseau=d.reseau, structure_responsable=d.s2, informe=True)
    AffectationFabrique(dossier=propose, mandat=d.mandats["auteur"])
    return titre


def un_fait(d, n):
    """Un élément de plus dans le fil du premier dossier."""
    dossier = d.reseau.dossiers.order_by("pk").first()
    if dossier is None:
        un_dossier(d, 0)
        dossier = d.reseau.dossiers.get()
    echange = EchangeFabrique(dossier=dossier, auteur=UtilisateurFabrique(), texte=f"Fait {n}")
    ActionFabrique(dossier=dossier, responsable=UtilisateurFabrique())
    FinancementFabrique(dossier=dossier)
    return echange.texte


def adresse_du_fil(d):
    return reverse("porteurs:dossier", args=[d.reseau.slug, d.reseau.dossiers.get().uuid])


def adresse_de_la_reunion(d):
    return reverse("porteurs:reunion", args=[d.reseau.slug, d.reseau.reunions.get().uuid])


def du_reseau(route):
    return lambda d: reverse(route, args=[d.reseau.slug])


# Liste, personne, une ligne de plus, adresse, nombre de requêtes.
LISTES = {
    "les dossiers": ("auteur", un_dossier, du_reseau("porteurs:dossiers"), 11),
    "les dossiers, en animant": ("animatrice", un_dossier, du_reseau("porteurs:dossiers"), 11),
    "un dossier": ("auteur", un_fait, adresse_du_fil, 11),
    "le tableau": ("auteur", une_tuile, lambda d: reverse("accueil:tableau"), 12),
    "les réunions": ("auteur", une_reunion, du_reseau("porteurs:reunions"), 6),
    "un ordre du jour": ("voisine", un_point, adresse_de_la_reunion, 12),
    "l'annuaire": ("auteur", une_structure, du_reseau("partenaires:annuaire"), 8),
    "les invitations": ("auteur", une_invitation, du_reseau("partenaires:invitations"), 7),
    "les réseaux": ("administratrice", un_reseau, lambda d: reverse("partenaires:reseaux"), 5),
    "la boîte d'envoi": ("administratrice", un_courriel, lambda d: reverse("socle:courriels"), 5),
}


def lire(client, adresse) -> tuple[str, list[str]]:
    with CaptureQueriesContext(connection) as requetes:
        reponse = client.get(adresse)
    assert reponse.status_code == 200
    return reponse.content.decode(), [r["sql"] for r in requetes.captured_queries]


@pytest.mark.parametrize("nom", LISTES)
def test_une_ligne_ou_trois_coutent_autant(nom, distribution, connecter):
    personne, ajouter, adresse, attendu = LISTES[nom]
    client = connecter(getattr(distribution, personne))
    titres = [ajouter(distribution, 1)]
    # Le premier passage date la session ; les suivants sont ce qu'une personne paie.
    client.get(adresse(distribution))
    page, une = lire(client, adresse(distribution))
    assert titres[0] in page
    titres += [ajouter(distribution, n) for n in (2, 3)]
    page, trois = lire(client, adresse(distribution))
    assert [t for t in titres if t not in page] == []
    assert len(trois) == len(une), resume(trois)
    assert len(trois) == attendu, resume(trois)
    assert len(trois) <= BUDGET, resume(trois)
    repetees = {r for r in trois if trois.count(r) > 1}
    assert not repetees, resume(sorted(repetees))


def resume(requetes: list[str]) -> str:
    """Une ligne par requête : son verbe, sa table, et de quoi la reconnaître."""
    return "\n".join(
        f"{r.split()[0]} {(re.findall(r'(?:FROM|INTO|UPDATE) .([a-z_]+)', r) or ['?'])[0]} … {r[-90:]}"
        for r in requetes
    )
