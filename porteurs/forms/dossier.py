from django import forms

from partenaires.champs import ChampCommune, ChampJour
from partenaires.enums import VERSION_NAF, SectionNaf
from porteurs.enums import ModeInformation, NatureProjet
from porteurs.forms.commun import FormulaireDeReseau, selon_la_reponse
from socle.coordonnees import ChampCourriel, ChampTelephone
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

AUTRE_PERSONNE = "autre"


class OuvrirDossierForm(FormulaireUnique, FormulaireDeReseau):
    """La saisie rapide : six réponses suffisent, le reste vient quand il vient."""

    prenom = forms.CharField(
        label="Prénom",
        max_length=80,
        validators=[une_ligne],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    nom = forms.CharField(
        label="Nom",
        max_length=80,
        validators=[une_ligne],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    intitule = forms.CharField(
        label="Le projet en une ligne",
        max_length=160,
        validators=[une_ligne],
        help_text="Ce que le réseau lira : « Reprise d’une boulangerie », « Gîte à la ferme »…",
    )
    nature = forms.ChoiceField(
        label="Nature du projet", choices=[("", "Choisissez"), *NatureProjet.choices]
    )
    commune = ChampCommune(label="Commune du projet")
    informe = forms.TypedChoiceField(
        label="La personne sait-elle que son projet sera suivi dans Maillon, et partagé avec le réseau ?",
        choices=[
            ("oui", "Oui, elle est informée"),
            ("non", "Pas encore : le dossier reste dans ma structure"),
        ],
        widget=forms.RadioSelect,
        coerce=lambda valeur: valeur == "oui",
        error_messages={"required": "Répondez par oui ou par non."},
    )
    informe_le = selon_la_reponse(ChampJour(label="Informée le"))
    information_mode = selon_la_reponse(
        forms.ChoiceField(label="Comment", choices=ModeInformation.choices)
    )
    telephone = ChampTelephone()
    email = ChampCourriel()
    secteur = forms.ChoiceField(
        label="Secteur",
        choices=[("", "À préciser plus tard"), *SectionNaf.choices],
        required=False,
        help_text=f"Les sections de la nomenclature d’activités (NAF {VERSION_NAF}).",
    )

    def __init__(self, *args, ressemblants=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["informe_le"].initial = self.jour
        self.fields["information_mode"].initial = ModeInformation.ORAL
        self.ressemblants = ressemblants

    def clean(self):
        donnees = super().clean()
        if donnees.get("informe"):
            informe_le = donnees.get("informe_le")
            if informe_le is None and "informe_le" not in self.errors:
                self.add_error("informe_le", "Dites quel jour elle a été informée.")
            elif informe_le and informe_le > self.jour:
                self.add_error("informe_le", "Cette date est dans l’avenir.")
            if not donnees.get("information_mode"):
                donnees["information_mode"] = ModeInformation.ORAL
        else:
            donnees["informe_le"], donnees["information_mode"] = None, ""
        return donnees

    def identite(self) -> dict[str, str]:
        """Ce qui sert à chercher les doublons."""
        return {c: self.cleaned_data[c] for c in ("prenom", "nom", "email", "telephone")}

    def demander_la_personne(self, dossiers) -> None:
        """Ajoute la question « est-ce la même personne ? » quand des dossiers se ressemblent.

        Seuls les dossiers que l'on suit peuvent prêter leur porteur : réutiliser la personne
        d'une simple fiche donnerait ses coordonnées à qui ne les a pas.
        """
        self.ressemblants = dossiers
        suivis = [d for d in dossiers if d.suivi]
        self.fields["meme_personne"] = selon_la_reponse(
            forms.ChoiceField(
                label="Est-ce la même personne ?",
                choices=[
                    (
                        AUTRE_PERSONNE,
                        "Non, ou je ne sais pas : ouvrir un dossier pour cette personne",
                    ),
                    *(
                        (
                            str(d.uuid),
                            f"Oui, celle du dossier {d.reference} : c’est un second projet",
                        )
                        for d in suivis
                    ),
                ],
                widget=forms.RadioSelect,
            )
        )


class FicheForm(FormulaireUnique):
    """La fiche d'un dossier ; ``revision`` dit sur quelle version on travaille."""

    intitule = forms.CharField(
        label="Le projet en une ligne", max_length=160, validators=[une_ligne]
    )
    nature = forms.ChoiceField(label="Nature du projet", choices=NatureProjet.choices)
    secteur = forms.ChoiceField(
        label="Secteur", choices=[("", "À préciser"), *SectionNaf.choices], required=False
    )
    commune = ChampCommune(label="Commune du projet")
    prochaine_etape = forms.CharField(
        label="Ce qui vient ensuite",
        max_length=200,
        required=False,
        validators=[une_ligne],
        help_text="Lu par le réseau : le prochain pas, sans nom ni détail privé.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
