"""Les conventions, leurs avenants et leurs objectifs ; la charte de fonctionnement."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from partenaires.enums import EtatCharte, EtatConvention, EtatObjectif
from partenaires.models import CharteFonctionnement, DocumentConvention, Objectif
from partenaires.services.conventions import denoncer_convention
from socle.fichiers import garder
from tests.coherence.parcours.base import ABSENT, INTERDIT, Parcours
from tests.coherence.scene import Scene
from tests.fabriques import ConventionFabrique
from tests.fabriques.partenaires import aujourd_hui
from tests.socle.fichiers_essai import pdf


def jour(decalage: int = 0) -> str:
    return aujourd_hui(decalage).isoformat()


def _une(scene: Scene, nom: str, creer):
    """Ce que la scène garde de ce nom, créé la première fois qu'un parcours le demande."""
    if not hasattr(scene, nom):
        setattr(scene, nom, creer())
    return getattr(scene, nom)


def engagement(scene: Scene):
    """Un engagement de principe de S1."""
    return _une(
        scene,
        "engagement_de_s1",
        lambda: ConventionFabrique(
            reseau=scene.d.reseau,
            structures=[scene.d.s1],
            intitule=f"Engagement {scene.marqueur}",
            etat=EtatConvention.PRINCIPE,
        ),
    )


def signee(scene: Scene):
    return _une(
        scene,
        "signee_de_s1",
        lambda: ConventionFabrique(reseau=scene.d.reseau, structures=[scene.d.s1]),
    )


def denoncer(scene: Scene):
    if not engagement(scene).denoncee_le:
        denoncer_convention(
            convention=engagement(scene), dernier_jour=aujourd_hui(20), motif="Elle se retire."
        )
        engagement(scene).refresh_from_db()
    return engagement(scene)


def objectif(scene: Scene):
    return _une(
        scene,
        "objectif_de_s1",
        lambda: Objectif.objects.create(
            convention=engagement(scene), intitule=f"Objectif {scene.marqueur}"
        ),
    )


def piece(scene: Scene):
    return _une(
        scene,
        "piece_de_s1",
        lambda: DocumentConvention.objects.create(
            convention=engagement(scene),
            fichier=garder(pdf(), nom=f"Convention {scene.marqueur}.pdf"),
        ),
    )


def _numero(scene: Scene) -> int:
    return CharteFonctionnement.objects.filter(reseau=scene.d.reseau).count() + 1


def charte(scene: Scene):
    return _une(
        scene,
        "charte_publiee",
        lambda: CharteFonctionnement.objects.create(
            reseau=scene.d.reseau,
            numero=_numero(scene),
            texte=f"Ensemble {scene.marqueur}",
            etat=EtatCharte.PUBLIEE,
            publiee_le=timezone.now(),
        ),
    )


def brouillon(scene: Scene):
    return _une(
        scene,
        "charte_en_cours",
        lambda: CharteFonctionnement.objects.create(
            reseau=scene.d.reseau, numero=_numero(scene), texte=f"Ensemble {scene.marqueur}"
        ),
    )


LECTURE = [
    Parcours(
        "partenaires:conventions",
        "elue",
        "etrangere",
        ABSENT,
        lambda s: s.reseau,
        prepare=engagement,
        montre=lambda s: engagement(s).intitule,
    ),
    Parcours("partenaires:conventions_export", "auteur", "parrain", INTERDIT, lambda s: s.reseau),
    Parcours(
        "partenaires:convention",
        "elue",
        "accueil",
        INTERDIT,
        lambda s: s.de(engagement(s)),
        montre=lambda s: engagement(s).intitule,
    ),
    Parcours(
        "partenaires:convention_version",
        "voisine",
        "etrangere",
        ABSENT,
        lambda s: s.de(engagement(s)) | {"numero": 0},
        montre=lambda s: engagement(s).intitule,
    ),
    Parcours(
        "partenaires:convention_pdf",
        "voisine",
        "auditrice",
        ABSENT,
        lambda s: s.de(engagement(s)),
    ),
    Parcours(
        "partenaires:objectif",
        "elue",
        "etrangere",
        ABSENT,
        lambda s: s.de(objectif(s)),
        montre=lambda s: objectif(s).intitule,
    ),
    Parcours(
        "partenaires:document",
        "auteur",
        "collegue",
        INTERDIT,
        lambda s: s.de(piece(s)),
    ),
]
ECRITURE = [
    Parcours(
        "partenaires:convention_nouvelle",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {
            "intitule": "Convention pour les locaux",
            "structures": [str(s.d.s1.uuid)],
            "debut": jour(),
        },
        attendu=302,
    ),
    Parcours(
        "partenaires:convention_modifier",
        "animatrice",
        "voisine",
        INTERDIT,
        lambda s: s.de(engagement(s)),
        donnees=lambda s: {
            "intitule": "Engagement repris",
            "structures": [str(s.d.s1.uuid)],
            "debut": engagement(s).debut.isoformat(),
            "revision": engagement(s).revision,
        },
        attendu=302,
        montre=lambda s: engagement(s).intitule,
    ),
    Parcours(
        "partenaires:convention_signer",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(engagement(s)),
        donnees=lambda s: {"signee_le": jour(), "revision": engagement(s).revision},
        attendu=302,
    ),
    Parcours(
        "partenaires:convention_denoncer",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(engagement(s)),
        donnees=lambda s: {"dernier_jour": jour(30), "motif": "Elle se retire."},
        attendu=302,
        montre=lambda s: engagement(s).intitule,
    ),
    Parcours(
        "partenaires:convention_renoncer",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(denoncer(s)),
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "partenaires:convention_modele",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {"texte": "# Entre {structures}", "revision": 0},
        attendu=302,
    ),
    Parcours(
        "partenaires:avenant_nouveau",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(signee(s)),
        donnees=lambda s: {
            "objet": "Le texte change",
            "effet": jour(),
            "texte": "Un autre texte",
            "revision": signee(s).revision,
        },
        attendu=302,
    ),
    Parcours(
        "partenaires:objectif_nouveau",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(engagement(s)),
        donnees=lambda s: {"intitule": "Former vingt mairies"},
        attendu=302,
    ),
    Parcours(
        "partenaires:objectif_suivre",
        "auteur",
        "voisine",
        INTERDIT,
        lambda s: s.de(objectif(s)),
        donnees=lambda s: {"le": jour(), "etat": EtatObjectif.EN_COURS, "avancement": 40},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "partenaires:document_joindre",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.de(engagement(s)),
        donnees=lambda s: {"fichier": SimpleUploadedFile("signée.pdf", pdf())},
        attendu=302,
    ),
]
CHARTE = [
    Parcours(
        "partenaires:charte",
        "accueil",
        "auditrice",
        ABSENT,
        lambda s: s.reseau,
        prepare=charte,
        montre=lambda s: s.marqueur,
    ),
    Parcours(
        "partenaires:charte_version",
        "elue",
        "etrangere",
        ABSENT,
        lambda s: s.reseau | {"numero": charte(s).numero},
        montre=lambda s: s.marqueur,
    ),
    Parcours(
        "partenaires:charte_ecrire",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        donnees=lambda s: {"texte": "# Ensemble", "revision": 0},
        attendu=302,
    ),
    Parcours(
        "partenaires:charte_publier",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau | {"numero": brouillon(s).numero},
        donnees=lambda s: {"revision": 1},
        attendu=302,
        montre=lambda s: s.marqueur,
    ),
    Parcours(
        "partenaires:charte_accepter",
        "auteur",
        "collegue",
        INTERDIT,
        lambda s: s.reseau | {"numero": charte(s).numero},
        donnees=lambda s: {"structure": str(s.d.s1.uuid)},
        bouton=True,
        attendu=302,
    ),
    Parcours(
        "partenaires:charte_rappeler",
        "animatrice",
        "auteur",
        INTERDIT,
        lambda s: s.reseau,
        prepare=charte,
        donnees=lambda s: {},
        bouton=True,
        attendu=302,
    ),
]
CONVENTIONS = [*LECTURE, *ECRITURE, *CHARTE]
