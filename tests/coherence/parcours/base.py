"""Un parcours par route : qui la prend, qui s'y voit refuser, et comment.

Le tableau se lit de gauche à droite : la route, la personne permise, la personne refusée et la
réponse qu'elle reçoit. ``adresse`` donne les arguments de la route, ``donnees`` ce qu'on y
envoie. Une route nouvelle qui n'y figure pas fait échouer ``test_parcours``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.coherence.scene import Scene
from tests.fabriques.partenaires import MOT_DE_PASSE

VISITEUR = "visiteur"
# La personne accompagnée du dossier de la scène, dans son espace : elle n’a pas de compte.
PORTEUR = "la personne accompagnée"
CONNEXION, INTERDIT, ABSENT, PERIME = 302, 403, 404, 410


@dataclass(frozen=True)
class Parcours:
    """``refuse`` vaut None pour une page vraiment publique, et là seulement."""

    route: str
    permis: str
    refuse: str | None = None
    code: int | None = None
    adresse: Callable[[Scene], dict] = lambda s: {}
    # Où mène un refus qui redirige.
    renvoi: str = "account_login"
    # L'adresse que tente la personne refusée, si ce n'est pas la même (un jeton forgé).
    adresse_refusee: Callable[[Scene], dict] | None = None
    donnees: Callable[[Scene], dict] | None = None
    # Une route de bouton : GET y répond 405.
    bouton: bool = False
    attendu: int = 200
    montre: Callable[[Scene], str] | None = None
    # Porte sur le dossier de la scène : les six regards s'y essaient.
    dossier: bool = False
    # Ce que reçoit, sur un dossier clos, la personne permise ; None : la même chose.
    clos: int | None = None
    # Ce qui doit exister avant, et que l'adresse ne nomme pas.
    prepare: Callable[[Scene], object] = lambda s: None
    # La personne vient de redonner son mot de passe.
    mot_de_passe_redonne: bool = False
    # La page interroge un vrai Redis.
    redis: bool = False
    # Faux quand le geste n'écrit que dans la session.
    ecrit: bool = True
    traits: tuple[str, ...] = ("informe",)


def marqueur(scene: Scene) -> str:
    return scene.marqueur


def jeton_forge(scene: Scene) -> dict:
    return {"jeton": "0" * 32 + ":forge"}


def compte_neuf(prenom="Nora", nom="Neuve", **plus) -> dict:
    return {
        "prenom": prenom,
        "nom": nom,
        "password1": MOT_DE_PASSE,
        "password2": MOT_DE_PASSE,
    } | plus
