"""Les textes d'échange prêts à compléter d'un réseau."""

from django.db import IntegrityError, transaction

from porteurs.models import ModeleEchange
from socle.refus import Refus

# Au-delà, on ne choisit plus : on cherche.
MODELES_MAXIMUM = 30


def ecrire_modele(
    *, reseau, titre: str, nature: str, texte: str, modele: ModeleEchange | None = None
) -> ModeleEchange:
    """Crée un modèle, ou réécrit celui-ci."""
    if modele is None and ModeleEchange.objects.filter(reseau=reseau).count() >= MODELES_MAXIMUM:
        raise Refus(
            f"Un réseau garde {MODELES_MAXIMUM} modèles au plus : retirez d’abord les moins utiles."
        )
    modele = modele or ModeleEchange(reseau=reseau)
    modele.titre, modele.nature, modele.texte = titre, nature, texte
    try:
        with transaction.atomic():
            modele.save()
    except IntegrityError:
        raise Refus("Un modèle porte déjà ce titre.", "titre") from None
    return modele
