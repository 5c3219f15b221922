"""La porteuse de la démonstration : une adresse dont le lien se lit dans la boîte d'envoi."""

from datetime import timedelta
from random import Random

from partenaires.demonstration.contexte import Contexte, instant, uuid_de
from partenaires.demonstration.structures import LIVRADOIS
from porteurs.enums import Audience, NatureEchange, RoleAffectation
from porteurs.models import Action, Affectation, Dossier, Echange, Participation
from porteurs.services.acces import indexer
from porteurs.services.dossier import toucher

ADRESSE = "porteuse@demo.maillon.invalid"
REFERENTE = "technicienne.ambert@demo.maillon.invalid"
MESSAGES = (
    (
        6,
        False,
        "Bonjour, j’ai trouvé deux locaux dans le bourg. Pouvez-vous les visiter avec moi ?",
    ),
    (
        4,
        True,
        "Avec plaisir : je vous propose jeudi matin. Apportez vos horaires et vos mesures.",
    ),
)


def construire(contexte: Contexte) -> None:
    """Une personne suivie par la référente mise en avant, un échange avec elle, une chose à faire."""
    roles = (
        Affectation.objects.en_cours()
        .filter(
            role=RoleAffectation.REFERENT,
            utilisateur__email=REFERENTE,
            dossier__reseau=contexte.reseaux[LIVRADOIS],
            dossier__clos_le=None,
            dossier__informe_le__isnull=False,
            dossier__opposition_le=None,
        )
        .select_related("dossier", "utilisateur", "structure")
        .order_by("-dossier__ouvert_le", "dossier__reference")
    )
    role = roles.first()
    if role is None:
        return
    dossier = role.dossier
    part = Participation.objects.select_related("porteur").get(dossier=dossier, rang=1)
    part.porteur.email = ADRESSE
    part.porteur.save(update_fields=["email"])
    hasard = contexte.hasard("espace")
    _converser(contexte, hasard, dossier, part, role)
    action, _ = Action.objects.get_or_create(
        uuid=uuid_de(hasard),
        defaults={
            "dossier": dossier,
            "libelle": "Apporter les mesures du matériel à installer",
            "responsable": role.utilisateur,
            "echeance": contexte.jour + timedelta(days=5),
            "pour_porteur": True,
        },
    )
    # L'instant d'écriture se pose seul : celui du récit le remplace.
    Action.objects.filter(pk=action.pk).update(
        cree_le=instant(dossier.reseau, contexte.jour - timedelta(days=1), 10)
    )
    # Le dernier message est un contact : la conservation repart de lui.
    dernier = Echange.objects.filter(dossier=dossier, pour_porteur=True).latest("le")
    toucher(dossier, contact_le=dernier.le, activite=False)
    indexer([dossier.pk])


def _converser(contexte: Contexte, hasard: Random, dossier: Dossier, part, role) -> None:
    for il_y_a, de_l_equipe, texte in MESSAGES:
        le = max(contexte.jour - timedelta(days=il_y_a), dossier.ouvert_le)
        Echange.objects.get_or_create(
            uuid=uuid_de(hasard),
            defaults={
                "dossier": dossier,
                "auteur": role.utilisateur if de_l_equipe else None,
                "porteur": None if de_l_equipe else part.porteur,
                "pour_porteur": True,
                "structure": role.structure if de_l_equipe else dossier.structure_responsable,
                "nature": NatureEchange.MESSAGE,
                "audience": Audience.EQUIPE,
                "le": le,
                "cree_le": instant(dossier.reseau, le, 9 if de_l_equipe else 18),
                "texte": texte,
            },
        )
