"""La copie de tout ce que l'installation garde d'une personne accompagnée (RGPD, article 15).

Un dossier compressé : les données en JSON, ses fichiers à côté. Ce qui n'est qu'aux autres adultes
(leurs messages, leurs documents, leur part, leurs coordonnées) n'y est pas, ni le volet privé du
foyer pour qui n'en est pas le porteur principal.
"""

import io
import json
import zipfile
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from porteurs.historique.lecture import Evenement
from porteurs.historique.mots import Noms, cites, en_clair
from porteurs.historique.portee import portee_du_porteur
from porteurs.models import Dossier, Echange, Participation, Piece, Porteur, VoletPrive
from porteurs.models.historique import SUIVIS
from porteurs.models.regard import Regard
from porteurs.services.historique import consultations_en_clair, historique_en_clair
from socle.effacement import montrer
from socle.fichiers import ouvrir
from socle.models import Courriel
from socle.refus import Refus

# Ce que la personne seule possède, même dans un dossier à plusieurs.
PAR_PARTICIPATION = "participation"
TECHNIQUES = ("vecteur", "cle_nom")
LISEZ_MOI = """Ce dossier contient {contenu} de {prenom} {nom} au {jour}.

donnees.json : ce qui est écrit, table par table, avec l’historique et les consultations.
pieces/ : les fichiers déposés.

Ce qui n’est qu’à un autre adulte du projet n’y est pas.
Vous pouvez demander à corriger ou à effacer ces données à la structure qui vous suit.
"""
TOUT = "tout ce que Maillon garde"
CE_QU_ELLE_LIT = "ce que la structure qui vous le remet lit ici"


def composer(porteur: Porteur, remise_par=None) -> bytes:
    """L'archive, en mémoire : une personne, quelques pièces.

    ``remise_par`` : l'``Acteur`` qui la remet. Elle ne contient alors que l'identité de la personne
    et ce que ses droits à lui ouvrent ; entière, elle ne va qu'à la personne.
    """
    tampon = io.BytesIO()
    dossiers = _dossiers(porteur, remise_par)
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        manquants = []
        for dossier in dossiers:
            manquants += _ranger_les_pieces(archive, _Vue(dossier, porteur, remise_par))
        donnees = _donnees(porteur, dossiers, remise_par) | {"pièces illisibles": manquants}
        archive.writestr(
            "donnees.json",
            json.dumps(donnees, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder),
        )
        archive.writestr(
            "LISEZ-MOI.txt",
            LISEZ_MOI.format(
                contenu=CE_QU_ELLE_LIT if remise_par else TOUT,
                prenom=porteur.prenom,
                nom=porteur.nom,
                jour=timezone.localdate().isoformat(),
            ),
        )
    return tampon.getvalue()


def _dossiers(porteur: Porteur, remise_par) -> list[Dossier]:
    """Tous ceux de la personne ; par les mains d'un tiers, ceux qu'il suit."""
    dossiers = Dossier.objects.sans_vecteurs()
    if remise_par is not None:
        dossiers = dossiers.suivis_par(remise_par)
    siens = Participation.objects.filter(dossier=OuterRef("pk"), porteur=porteur)
    return list(dossiers.filter(Exists(siens)).select_related("reseau").order_by("pk"))


class _Vue:
    """Ce qui, d'un dossier, entre dans la copie : ce qui est à la personne, et que l'acteur lit."""

    def __init__(self, dossier: Dossier, porteur: Porteur, remise_par):
        self.dossier, self.porteur, self.remise_par = dossier, porteur, remise_par
        self.part = Participation.objects.get(dossier=dossier, porteur=porteur)
        self.regard = Regard.de([self.part])

    def lignes(self, modele, colonne: str):
        """Les lignes de cette table ; ``colonne`` est celle qui la rattache au dossier."""
        lignes = modele.objects.filter(**self._rattachement(modele, colonne))
        if modele in (Echange, Piece):
            lignes = lignes.filter(self.regard.concerne())
        if modele is VoletPrive and not self.regard.principale:
            return lignes.none()
        if self.remise_par is not None and hasattr(modele.objects, "visible_par"):
            lignes = lignes.filter(pk__in=modele.objects.visible_par(self.remise_par).values("pk"))
        return lignes

    def _rattachement(self, modele, colonne: str) -> dict:
        if modele is Dossier:
            return {"pk": self.dossier.pk}
        if modele is Participation:
            return {"pk": self.part.pk}
        if colonne == PAR_PARTICIPATION:
            return {"participation": self.part.pk}
        if colonne == "dossier":
            return {"dossier": self.dossier.pk}
        return {f"{colonne}__dossier": self.dossier.pk}


def _ranger_les_pieces(archive: zipfile.ZipFile, vue: _Vue) -> list[str]:
    manquants = []
    for piece in vue.lignes(Piece, "dossier").select_related("fichier").order_by("pk"):
        nom = f"pieces/{piece.pk}-{piece.fichier.nom}"
        try:
            with ouvrir(piece.fichier) as contenu:
                archive.writestr(nom, contenu.read())
        except (Refus, OSError):
            # En quarantaine ou perdue : la copie le dit plutôt que de manquer.
            manquants.append(piece.intitule)
    return manquants


def _donnees(porteur: Porteur, dossiers: list[Dossier], remise_par) -> dict:
    donnees = {
        "composée le": timezone.now(),
        "personne": _lignes(Porteur, [porteur.pk], porteur),
        "dossiers": [_dossier(_Vue(d, porteur, remise_par)) for d in dossiers],
    }
    if remise_par is not None:
        # Ce que d'autres structures lui ont écrit, ou gardent sous son adresse, n'est pas à lire ici.
        return donnees
    partagee = Porteur.objects.filter(email__iexact=porteur.email).exclude(pk=porteur.pk).exists()
    return donnees | {
        "ailleurs": {} if partagee else montrer([porteur.email]),
        "courriels": _courriels(porteur, partagee),
    }


def _dossier(vue: _Vue) -> dict:
    dossier, porteur, tables = vue.dossier, vue.porteur, {}
    for modele, colonne in SUIVIS.items():
        if modele is Porteur:
            continue
        ids = list(vue.lignes(modele, colonne).values_list("pk", flat=True))
        if lignes := _lignes(modele, ids, porteur):
            tables[str(modele._meta.verbose_name)] = lignes
    return {
        "référence": dossier.reference,
        "tables": tables,
        "historique": [
            {"le": g.le, "qui": g.qui, "structure": g.structure, "faits": g.faits}
            for g in historique_en_clair(dossier, porteur, vue.remise_par)
        ],
        "consultations": [
            {"le": c.quand, "qui": c.qui, "structure": c.structure, "quoi": c.quoi}
            for c in consultations_en_clair(dossier)
        ],
    }


def _lignes(modele, ids: list[int], porteur: Porteur) -> list[dict]:
    """Les lignes en clair : chaque champ sous son libellé, chaque clé sous le nom de ce qu'elle cite."""
    with connection.cursor() as curseur:
        curseur.execute(
            f"SELECT to_jsonb(t) FROM {modele._meta.db_table} t"  # noqa: S608 — nom du modèle
            " WHERE id = ANY(%s) ORDER BY id",
            [ids],
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


def _courriels(porteur: Porteur, partagee: bool) -> list[dict]:
    """Ce que la boîte d'envoi tient encore de ce qui lui a été écrit.

    D'une adresse que deux personnes partagent, ce qui est sûrement à elle.
    """
    if not porteur.email:
        return []
    lignes = Courriel.objects.filter(adresse__iexact=porteur.email, destinataire=None)
    if partagee:
        lignes = lignes.filter(contexte__porteur=porteur.pk)
    return list(lignes.order_by("pk").values("cree_le", "sujet", "corps_texte", "etat"))
