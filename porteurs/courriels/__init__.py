"""Les courriels des dossiers et des réunions, un module par sujet, et les familles que chacun peut régler."""

from socle.preferences import Famille

FAMILLES = [
    Famille(
        "reunions",
        "Les réunions de mes réseaux",
        "L’ordre du jour une semaine avant et la veille, avec ce qui vous attend, et "
        "l’annulation s’il y en a une. Rien quand il n’y a rien à dire.",
    ),
    Famille(
        "porteurs",
        "Les personnes que j’accompagne",
        "Quand l’une d’elles vous écrit depuis son espace.",
    ),
]
