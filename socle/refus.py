class Refus(Exception):
    """Le geste est impossible ; ``champ`` nomme le champ du formulaire à qui la phrase répond."""

    def __init__(self, phrase: str, champ: str | None = None):
        super().__init__(phrase)
        self.phrase = phrase
        self.champ = champ
