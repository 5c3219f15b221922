from django import forms

from partenaires.champs import ChampJour
from partenaires.forms.evenements import ChampMontant
from porteurs.enums import EtatCandidature, ModeInformation
from porteurs.forms.commun import FormulaireDeReseau, selon_la_reponse
from porteurs.forms.financements import champ_membre, membres
from socle.fichiers import PDF, ChampFichier, FormulaireAvecFichiers
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne


class ConcoursForm(FormulaireAvecFichiers, FormulaireUnique, FormulaireDeReseau):
    nom = forms.CharField(label="Nom du concours", max_length=120, validators=[une_ligne])
    annee = forms.IntegerField(label="Année", min_value=1990, max_value=2100)
    organisatrice = champ_membre("Qui l’organise ?")
    organisateur = selon_la_reponse(
        forms.CharField(label="Ou un autre organisateur", max_length=120, validators=[une_ligne])
    )
    ouvre_le = ChampJour(label="L’appel ouvre le")
    ferme_le = ChampJour(label="L’appel ferme le")
    dotation = ChampMontant(
        label="Dotation, en euros", required=False, help_text="La somme de tous les prix."
    )
    reglement = ChampFichier(label="Règlement, en PDF", genres=PDF, required=False)

    def __init__(self, *args, reseau, **kwargs):
        super().__init__(*args, jour=reseau.aujourd_hui(), **kwargs)
        self.fields["organisatrice"].queryset = membres(reseau)
        self.fields["annee"].initial = self.jour.year

    def clean(self):
        champs = super().clean()
        if bool(champs.get("organisatrice")) == bool(champs.get("organisateur")):
            self.add_error("organisateur", "Choisissez une structure du réseau, ou écrivez un nom.")
        ouvre, ferme = champs.get("ouvre_le"), champs.get("ferme_le")
        if ouvre and ferme and ferme < ouvre:
            self.add_error("ferme_le", "L’appel ferme après avoir ouvert.")
        return champs

    def edition(self) -> dict:
        """Les champs de l'édition, comme le service les attend."""
        champs = self.cleaned_data
        return {n: champs[n] for n in ("nom", "annee", "organisateur", "ouvre_le", "ferme_le")} | {
            "structure": champs["organisatrice"],
            "dotation": champs["dotation"],
            "reglement": champs["reglement"],
        }


class PublicationForm(FormulaireUnique, FormulaireDeReseau):
    """L'accord de la personne pour paraître au palmarès que tout le monde lit."""

    publication = forms.BooleanField(
        label="Elle accepte d’être nommée parmi les lauréats, sur la page publique",
        required=False,
    )
    nom_publie = selon_la_reponse(
        forms.CharField(
            label="Sous quel nom",
            max_length=160,
            validators=[une_ligne],
            help_text="Celui de l’entreprise, ou celui qu’elle préfère. Il se lit avec le projet et "
            "la commune.",
        )
    )

    def clean(self):
        champs = super().clean()
        if champs.get("publication") and not champs.get("nom_publie"):
            self.add_error("nom_publie", "Dites sous quel nom elle accepte de paraître.")
        return champs


class CandidatureForm(PublicationForm):
    reference = forms.CharField(
        label="Référence du dossier",
        max_length=20,
        validators=[une_ligne],
        help_text="Par exemple 2026-0042. Vous présentez les dossiers que vous suivez.",
    )
    accord = forms.BooleanField(
        label="La personne est d’accord",
        error_messages={
            "required": "Sans son accord, son dossier ne se présente pas\u00a0: demandez-le-lui d’abord."
        },
    )
    accord_le = ChampJour(label="Depuis le")
    accord_mode = forms.ChoiceField(label="Elle l’a dit", choices=ModeInformation.choices)

    field_order = ["reference", "accord", "accord_le", "accord_mode", "publication", "nom_publie"]


class PalmaresForm(FormulaireUnique, FormulaireDeReseau):
    """Le palmarès : une décision et un prix par candidature que le jury lit."""

    le = ChampJour(label="Proclamé le")

    def __init__(self, *args, candidatures=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["le"].initial = self.jour
        self.candidatures = list(candidatures)
        for candidature in self.candidatures:
            qui = f"{candidature.dossier.reference}, {candidature.dossier.intitule}"
            self.fields[f"prix_{candidature.pk}"] = ChampMontant(
                label=f"Prix de {qui}, en euros", required=False
            )
            self.fields[f"rang_{candidature.pk}"] = forms.IntegerField(
                label=f"Rang de {qui}", min_value=1, max_value=99, required=False
            )

    def lignes(self):
        """Chaque candidature avec ses deux champs, pour le gabarit."""
        return [(c, self[f"prix_{c.pk}"], self[f"rang_{c.pk}"]) for c in self.candidatures]

    def clean(self):
        champs = super().clean()
        for candidature in self.candidatures:
            prix, rang = f"prix_{candidature.pk}", f"rang_{candidature.pk}"
            if champs.get(rang) and champs.get(prix) is None and prix not in self.errors:
                self.add_error(prix, "Un lauréat a un prix ; écrivez 0 s’il n’y a pas d’argent.")
        return champs

    def laureats(self) -> dict[int, dict]:
        """Ceux qui ont un prix, fût-il de zéro euro."""
        champs = self.cleaned_data
        return {
            c.pk: {
                "etat": EtatCandidature.LAUREATE,
                "montant": champs[f"prix_{c.pk}"],
                "rang": champs[f"rang_{c.pk}"],
            }
            for c in self.candidatures
            if champs[f"prix_{c.pk}"] is not None
        }
