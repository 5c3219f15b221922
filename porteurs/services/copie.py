"""La copie de tout ce que l'installation garde d'une personne accompagnée (RGPD, article 15).

Un dossier compressé : les données en JSON, ses fichiers à côté. Ce qui n'est qu'aux autres adultes
du foyer (leur part privée, leurs coordonnées) n'y est pas.
"""

import io
import json
import zipfile
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import timezone

from porteurs.historique.lecture import Evenement
from porteurs.historique.mots import Noms, cites, en_clair
from porteurs.historique.portee import portee_du_porteur
from porteurs.models import Dossier, Participation, Piece, Porteur
from porteurs.models.historique import SUIVIS
from porteurs.services.historique import consultations_en_clair, historique_en_clair
from socle.effacement import montrer
from socle.fichiers import ouvrir
from socle.models import Courriel
from socle.refus import Refus

# Ce que la personne seule possède, même dans un dossier à plusieurs.
PAR_PARTICIPATION = "participation"
TECHNIQUES = ("vecteur", "cle_nom")
LISEZ_MOI = """Ce dossier contient tout ce que Maillon garde de {prenom} {nom} au {jour}.

donnees.json : ce qui est écrit, table par table, avec l’historique et les consultations.
pieces/ : les fichiers déposés.

Vous pouvez demander à corriger ou à effacer ces données à la structure qui vous suit.
"""


def composer(porteur: Porteur) -> bytes:
    """L'archive entière, en mémoire : une personne, quelques pièces."""
    tampon = io.BytesIO()
    dossiers = list(
        Dossier.objects.sans_vecteurs()
        .filter(participations__porteur=porteur)
        .select_related("reseau")
        .order_by("pk")
    )
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        manquants = _ranger_les_pieces(archive, dossiers)
        donnees = _donnees(porteur, dossiers) | {"pièces illisibles": manquants}
        archive.writestr(
            "donnees.json",
            json.dumps(donnees, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder),
        )
        archive.writestr(
            "LISEZ-MOI.txt",
            LISEZ_MOI.format(
                prenom=porteur.prenom, nom=porteur.nom, jour=timezone.localdate().isoformat()
            ),
        )
    return tampon.getvalue()


def _ranger_les_pieces(archive: zipfile.ZipFile, dossiers: list[Dossier]) -> list[str]:
    manquants = []
    pieces = Piece.objects.filter(dossier__in=dossiers).select_related("fichier").order_by("pk")
    for piece in pieces:
        nom = f"pieces/{piece.pk}-{piece.fichier.nom}"
        try:
            with ouvrir(piece.fichier) as contenu:
                archive.writestr(nom, contenu.read())
        except (Refus, OSError):
            # En quarantaine ou perdue : la copie le dit plutôt que de manquer.
            manquants.append(piece.intitule)
    return manquants


def _donnees(porteur: Porteur, dossiers: list[Dossier]) -> dict:
    return {
        "composée le": timezone.now(),
        "personne": _lignes(Porteur, "id = %s", [porteur.pk], porteur),
        "dossiers": [_dossier(d, porteur) for d in dossiers],
        "ailleurs": montrer([porteur.email]),
        "courriels": _courriels(porteur),
    }


def _dossier(dossier: Dossier, porteur: Porteur) -> dict:
    part = Participation.objects.get(dossier=dossier, porteur=porteur)
    tables = {}
    for modele, colonne in SUIVIS.items():
        if modele is Porteur:
            continue
        clause, valeur = _clause(modele, colonne, dossier, part)
        if lignes := _lignes(modele, clause, [valeur], porteur):
            tables[str(modele._meta.verbose_name)] = lignes
    return {
        "référence": dossier.reference,
        "tables": tables,
        "historique": [
            {"le": g.le, "qui": g.qui, "structure": g.structure, "faits": g.faits}
            for g in historique_en_clair(dossier, porteur)
        ],
        "consultations": [
            {"le": c.quand, "qui": c.qui, "structure": c.structure, "quoi": c.quoi}
            for c in consultations_en_clair(dossier)
        ],
    }


def _clause(modele, colonne: str, dossier: Dossier, part: Participation) -> tuple[str, int]:
    if modele is Dossier:
        return "id = %s", dossier.pk
    if modele is Participation:
        return "id = %s", part.pk
    if colonne == PAR_PARTICIPATION:
        return "participation_id = %s", part.pk
    if colonne == "dossier":
        return "dossier_id = %s", dossier.pk
    parent = modele._meta.get_field(colonne).related_model._meta.db_table
    return f"{colonne}_id IN (SELECT id FROM {parent} WHERE dossier_id = %s)", dossier.pk  # noqa: S608


def _lignes(modele, clause: str, valeurs: list, porteur: Porteur) -> list[dict]:
    """Les lignes en clair : chaque champ sous son libellé, chaque clé sous le nom de ce qu'elle cite."""
    with connection.cursor() as curseur:
        curseur.execute(
            f"SELECT to_jsonb(t) FROM {modele._meta.db_table} t WHERE {clause} ORDER BY id",  # noqa: S608
            valeurs,
        )
        bruts = [r[0] if isinstance(r[0], dict) else json.loads(r[0]) for r in curseur.fetchall()]
    muet = Evenement(modele, 0, "", datetime.min, "", {}, {}, None)
    evenements = [Evenement(**(vars(muet) | {"ligne": brut})) for brut in bruts]
    noms = Noms(cites(evenements), portee_du_porteur(porteur, Dossier(pk=0)))
    return [
        {
            str(champ.verbose_name): en_clair(champ, brut[champ.attname], noms)
            for champ in modele._meta.local_fields
            if champ.attname in brut and not champ.name.startswith(TECHNIQUES)
        }
        for brut in bruts
    ]


def _courriels(porteur: Porteur) -> list[dict]:
    """Ce que la boîte d'envoi tient encore de ce qui lui a été écrit."""
    if not porteur.email:
        return []
    lignes = Courriel.objects.filter(adresse__iexact=porteur.email, destinataire=None)
    return list(lignes.order_by("pk").values("cree_le", "sujet", "corps_texte", "etat"))
