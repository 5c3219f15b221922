"""Ce que la démonstration laisse dans la base, et que certains essais comptent."""

import pytest

from partenaires.models import Invitation
from socle.models import Courriel, LienSigne


@pytest.fixture
def personne_n_est_attendu(base):
    """Sans les invitations de la démonstration : l'essai compte les siennes."""
    Courriel.objects.filter(genre__startswith="invitation").delete()
    Invitation.objects.all().delete()
    LienSigne.objects.all().delete()
