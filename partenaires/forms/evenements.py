"""Les formulaires des évènements : les prévoir, s'y inscrire, y exposer, les payer, en dire du bien."""

from django import forms

from partenaires.calendrier import instant_local
from partenaires.champs import ChampCommune, ChampJour, libelle
from partenaires.enums import NatureEvenement, SensBudget
from partenaires.forms.conventions import ChampTexte
from partenaires.models import Structure
from partenaires.services.inscriptions import Dehors
from socle.dates import jour_en_mots
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

HEURES = ["%H:%M", "%Hh%M", "%H h %M", "%Hh", "%H"]


class ChampHeure(forms.TimeField):
    def __init__(self, **kwargs):
        super().__init__(
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            input_formats=HEURES,
            error_messages={
                "required": "Indiquez une heure.",
                "invalid": "Cette heure n’existe pas. Écrivez-la ainsi : 09:30.",
            },
            **kwargs,
        )


class EvenementForm(FormulaireUnique):
    """Un évènement ; ``sequence`` dit sur quelle version on travaille quand on le modifie."""

    nature = forms.ChoiceField(
        label="De quoi s’agit-il ?",
        choices=[("", "Choisir…"), *((n.value, n.label.capitalize()) for n in NatureEvenement)],
    )
    intitule = forms.CharField(label="Intitulé", max_length=160, validators=[une_ligne])
    jour = ChampJour(label="Jour")
    heure = ChampHeure(label="Heure de début")
    jour_fin = ChampJour(
        label="Dernier jour", required=False, help_text="Seulement s’il dure plusieurs jours."
    )
    heure_fin = ChampHeure(label="Heure de fin")
    lieu = forms.CharField(
        label="Lieu",
        max_length=200,
        required=False,
        validators=[une_ligne],
        help_text="La salle, l’adresse, ou le lien de la visioconférence.",
    )
    commune = ChampCommune(label="Commune", required=False)
    description = ChampTexte(
        label="Description",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    public = forms.BooleanField(
        label="Ouvert au public",
        required=False,
        help_text="Il paraît sur la page publique du réseau, et chacun peut s’y inscrire.",
    )
    capacite = forms.IntegerField(
        label="Nombre de places",
        required=False,
        min_value=1,
        max_value=100_000,
        help_text="Au-delà, on s’inscrit en liste d’attente. Vide : pas de limite.",
    )
    cloture = ChampJour(
        label="Dernier jour pour s’inscrire", required=False, help_text="Vide : jusqu’au début."
    )
    avis_demande = forms.BooleanField(
        label="Demander un avis le lendemain",
        required=False,
        initial=True,
        help_text="Par courriel, sans nom, en trois questions.",
    )
    sequence = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, reseau, **kwargs):
        super().__init__(*args, **kwargs)
        self.reseau = reseau
        self.fields["commune"].preferer(reseau)

    def clean(self):
        champs = super().clean()
        champs["debut"] = self._instant("jour", "heure")
        jour_fin = "jour_fin" if champs.get("jour_fin") else "jour"
        champs["fin"] = self._instant(jour_fin, "heure_fin")
        debut, fin, cloture = champs["debut"], champs["fin"], champs.get("cloture")
        if debut and fin and fin <= debut:
            self.add_error(
                "heure_fin", "L’évènement finit avant d’avoir commencé : vérifiez l’heure de fin."
            )
        if debut and cloture and cloture > champs["jour"]:
            self.add_error("cloture", "Les inscriptions closent au plus tard le jour même.")
        return champs

    def _instant(self, champ_jour: str, champ_heure: str):
        jour, heure = self.cleaned_data.get(champ_jour), self.cleaned_data.get(champ_heure)
        if jour is None or heure is None:
            return None
        try:
            instant = instant_local(jour, heure, self.reseau.tz)
        except OverflowError:
            self.add_error(champ_jour, "Cette année n’est pas la bonne : vérifiez la date.")
            return None
        if instant is None:
            self.add_error(
                champ_heure,
                f"Cette heure n’existe pas le {jour_en_mots(jour)} : on passe à l’heure d’été.",
            )
        return instant

    def evenement(self) -> dict:
        """Les champs de l'évènement, pour le service."""
        noms = (
            "nature",
            "intitule",
            "debut",
            "fin",
            "lieu",
            "commune",
            "description",
            "public",
            "capacite",
            "cloture",
            "avis_demande",
        )
        return {nom: self.cleaned_data[nom] for nom in noms}

    @staticmethod
    def initial_de(evenement) -> dict:
        debut, fin = (i.astimezone(evenement.reseau.tz) for i in (evenement.debut, evenement.fin))
        noms = (
            "nature",
            "intitule",
            "lieu",
            "description",
            "public",
            "capacite",
            "cloture",
            "avis_demande",
            "sequence",
        )
        return {nom: getattr(evenement, nom) for nom in noms} | {
            "jour": debut.date(),
            "heure": debut.time(),
            "jour_fin": fin.date() if fin.date() != debut.date() else None,
            "heure_fin": fin.time(),
            "commune": libelle(evenement.commune) if evenement.commune else "",
        }


class AnnulerForm(forms.Form):
    motif = forms.CharField(
        label="Pourquoi ?",
        max_length=300,
        required=False,
        validators=[une_ligne],
        help_text="Les inscrits le lisent dans leur courriel.",
    )


class InscriptionForm(FormulaireUnique):
    """Un nom et une adresse : rien de plus n'est demandé, rien n'est gardé avant la confirmation."""

    nom = forms.CharField(label="Votre nom", max_length=120, validators=[une_ligne])
    email = forms.EmailField(label="Votre adresse de courriel", max_length=254)
    structure = forms.CharField(
        label="Votre structure",
        max_length=120,
        required=False,
        validators=[une_ligne],
        help_text="Si vous venez pour une entreprise, une commune, une association.",
    )
    # Personne ne voit ce champ : ce qui le remplit n'est pas une personne.
    site = forms.CharField(label="Ne pas remplir", required=False, max_length=200)

    @property
    def piege(self) -> bool:
        return bool(self.cleaned_data.get("site"))

    def dehors(self) -> Dehors:
        return Dehors(
            self.cleaned_data["nom"], self.cleaned_data["email"], self.cleaned_data["structure"]
        )


class ChampStructure(forms.ModelChoiceField):
    def label_from_instance(self, structure):
        return structure.nom


class ExposantForm(FormulaireUnique):
    structure = ChampStructure(
        label="Structure du réseau",
        queryset=Structure.objects.none(),
        to_field_name="uuid",
        required=False,
        empty_label="Aucune : j’écris un nom",
    )
    nom = forms.CharField(label="Ou un nom", max_length=120, required=False, validators=[une_ligne])
    stand = forms.CharField(label="Stand", max_length=20, required=False, validators=[une_ligne])
    besoins = forms.CharField(
        label="Ce qu’il lui faut",
        max_length=300,
        required=False,
        validators=[une_ligne],
        help_text="Table, prise, panneau. Lu par qui tient l’évènement.",
    )

    def __init__(self, *args, reseau, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["structure"].queryset = Structure.objects.membres(
            reseau.pk, reseau.aujourd_hui()
        ).order_by("cle_tri", "pk")

    def clean(self):
        champs = super().clean()
        if bool(champs.get("structure")) == bool(champs.get("nom")):
            self.add_error("nom", "Choisissez une structure du réseau, ou écrivez un nom.")
        return champs

    def exposant(self) -> dict:
        return {n: self.cleaned_data[n] for n in ("structure", "nom", "stand", "besoins")}


class ChampMontant(forms.DecimalField):
    """Des euros, la virgule ou le point, les espaces des milliers admis."""

    def __init__(self, **kwargs):
        super().__init__(
            max_digits=10,
            decimal_places=2,
            min_value=0,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            error_messages={
                "invalid": "Écrivez un montant en euros : 1 250,50.",
                "min_value": "Un montant est positif.",
                "required": "Indiquez un montant.",
            },
            **kwargs,
        )

    def to_python(self, value):
        if isinstance(value, str):
            value = "".join(value.split()).replace("€", "").replace(",", ".")
        return super().to_python(value)


class LigneBudgetForm(FormulaireUnique):
    sens = forms.ChoiceField(
        label="Dépense ou recette ?",
        choices=[(s.value, s.label.capitalize()) for s in SensBudget],
    )
    libelle = forms.CharField(label="Libellé", max_length=120, validators=[une_ligne])
    financeur = forms.CharField(
        label="Financeur",
        max_length=120,
        required=False,
        validators=[une_ligne],
        help_text="Pour une recette : qui la donne.",
    )
    prevu = ChampMontant(label="Prévu, en euros")
    realise = ChampMontant(label="Réalisé, en euros", required=False)

    def clean(self):
        champs = super().clean()
        recette = champs.get("sens") == SensBudget.RECETTE
        if recette and not champs.get("financeur"):
            self.add_error("financeur", "Dites qui finance cette recette.")
        if not recette and champs.get("financeur"):
            self.add_error("financeur", "Une dépense n’a pas de financeur : c’est une recette ?")
        return champs

    def ligne(self) -> dict:
        noms = ("sens", "libelle", "financeur", "prevu", "realise")
        return {nom: self.cleaned_data[nom] for nom in noms}


class AvisForm(forms.Form):
    note = forms.TypedChoiceField(
        label="Dans l’ensemble",
        coerce=int,
        choices=[
            (5, "5, excellent"),
            (4, "4, bien"),
            (3, "3, moyen"),
            (2, "2, décevant"),
            (1, "1, inutile"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une note."},
    )
    servi = forms.CharField(
        label="Ce qui vous a servi",
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Sans nom de personne : cet avis n’a pas d’auteur.",
    )
    manque = forms.CharField(
        label="Ce qui a manqué",
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
