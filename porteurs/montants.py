"""Écrire des euros comme on les lit : « 5 000 € », « 1 250,50 € »."""

from decimal import Decimal

INSECABLE = "\N{NARROW NO-BREAK SPACE}"


def euros(montant: Decimal | int | float) -> str:
    """Les centimes seulement s'il y en a."""
    montant = Decimal(montant)
    entier = montant == montant.to_integral_value()
    texte = f"{montant:,.0f}" if entier else f"{montant:,.2f}"
    return texte.replace(",", INSECABLE).replace(".", ",") + f"{INSECABLE}€"
