"""Déposer un tableau, dire ses colonnes, préciser ce qu'on n'a pas compris, noter l'information."""

from django import forms

from partenaires.champs import ChampJour
from porteurs.enums import ModeInformation, NatureProjet
from porteurs.forms.commun import FormulaireDeReseau, selon_la_reponse
from porteurs.services.imports.champs import CHAMPS, NATURE_PAR_DEFAUT, manques
from socle.fichiers import TABLEURS, ChampFichier, FormulaireAvecFichiers
from socle.tableurs.lecture import FICHIER_OCTETS
from socle.unicite import FormulaireUnique


class DepotForm(FormulaireAvecFichiers, FormulaireUnique, FormulaireDeReseau):
    """Le tableau, et au nom de quelle structure s'il y en a plusieurs."""

    fichier = ChampFichier(
        label="Votre tableau", genres=TABLEURS, taille_max=FICHIER_OCTETS // 2**20 * 2**20
    )


class ColonnesForm(FormulaireUnique):
    """À quoi répond chaque colonne du tableau. Une colonne ne sert qu'une fois, ou pas du tout."""

    nature = forms.ChoiceField(
        label="Quand le tableau ne dit pas la nature du projet",
        choices=NatureProjet.choices,
        initial=NATURE_PAR_DEFAUT,
    )

    def __init__(self, *args, entetes: list[str], colonnes: dict[str, int], exemples=(), **kwargs):
        super().__init__(*args, **kwargs)
        champs = [("", "ne pas reprendre"), *((c.code, c.libelle) for c in CHAMPS)]
        reperes = {rang: code for code, rang in colonnes.items()}
        self.rangs = range(len(entetes))
        for rang, entete in enumerate(entetes):
            exemple = exemples[rang] if rang < len(exemples) else ""
            self.fields[f"colonne{rang}"] = selon_la_reponse(
                forms.ChoiceField(
                    label=entete,
                    choices=champs,
                    initial=reperes.get(rang, ""),
                    help_text=f"Par exemple\u00a0: {exemple}" if exemple else "Vide au début.",
                )
            )

    def colonnes_lues(self):
        return [self[f"colonne{rang}"] for rang in self.rangs]

    def clean(self):
        donnees = super().clean()
        colonnes: dict[str, int] = {}
        for rang in self.rangs:
            code = donnees.get(f"colonne{rang}")
            if not code:
                continue
            if code in colonnes:
                self.add_error(
                    f"colonne{rang}",
                    "Une autre colonne répond déjà à cela\u00a0: choisissez l’une des deux.",
                )
            colonnes[code] = rang
        if not self.errors and (phrase := manques(colonnes)):
            self.add_error(None, phrase)
        donnees["colonnes"] = colonnes
        return donnees


class PrecisionsForm(forms.Form):
    """Une question par valeur qu'on n'a pas comprise ; on peut n'en répondre que quelques-unes."""

    def __init__(self, *args, questions: list[dict], **kwargs):
        super().__init__(*args, **kwargs)
        self.questions = questions
        for rang, question in enumerate(questions):
            lignes = question["lignes"]
            self.fields[f"reponse{rang}"] = selon_la_reponse(
                forms.ChoiceField(
                    label=f"{question['libelle']}\u00a0: «\u00a0{question['texte']}\u00a0»",
                    choices=[("", "à choisir"), *question["choix"]],
                    help_text=f"{lignes} ligne{'s' if lignes > 1 else ''}.",
                )
            )

    def reponses(self) -> dict[str, dict[str, str]]:
        """``{champ: {texte lu: valeur}}`` ; les trois façons de dire une commune n'en font qu'une."""
        dites: dict[str, dict[str, str]] = {}
        for rang, question in enumerate(self.questions):
            if valeur := self.cleaned_data.get(f"reponse{rang}"):
                champ = question["champ"]
                champ = "commune" if champ in ("code_insee", "code_postal") else champ
                dites.setdefault(champ, {})[question["texte"]] = valeur
        return dites


class InformerForm(FormulaireUnique):
    """À qui, quand et comment l'information a été donnée."""

    mode = forms.ChoiceField(
        label="Qui avez-vous informé\u00a0?",
        choices=[
            (ModeInformation.COURRIEL, "celles et ceux qui ont une adresse, par courriel"),
            (ModeInformation.COURRIER, "celles et ceux qui n’en ont pas, par courrier"),
            (ModeInformation.ORAL, "tout le monde, de vive voix"),
        ],
        widget=forms.RadioSelect,
    )
    le = ChampJour(label="Quel jour\u00a0?")
