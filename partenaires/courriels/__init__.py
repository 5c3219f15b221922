"""Les courriels des réseaux, un module par sujet, et les familles que chacun peut régler."""

from socle.enums import Frequence
from socle.preferences import Famille

FAMILLES = [
    Famille(
        "structure",
        "Ma structure et mes réseaux",
        "Qui rejoint votre structure, les conventions et les mandats qui arrivent à leur terme, "
        "la mise à jour annuelle de vos informations. Quelques courriels par an.",
        # « Tout ce qui n'est pas pressé tient dans un courriel par semaine » (CONCEPTION §3).
        defaut=Frequence.HEBDOMADAIRE,
    ),
    Famille(
        "evenements",
        "Les évènements et les ressources",
        "Les rencontres et les formations auxquelles vous êtes inscrit, leurs rappels, et les "
        "nouvelles ressources qui vous concernent.",
        defaut=Frequence.HEBDOMADAIRE,
    ),
    Famille(
        "invitations",
        "Les invitations à rejoindre un réseau",
        "Quelqu’un vous propose d’entrer dans un réseau. Un courriel, et deux rappels au plus.",
    ),
]
