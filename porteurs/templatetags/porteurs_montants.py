"""``{{ montant|euros }}`` ; une valeur absente ne s'écrit pas."""

from django import template

from porteurs.montants import euros as en_euros

register = template.Library()


@register.filter(is_safe=True)
def euros(montant) -> str:
    return "" if montant is None else en_euros(montant)
