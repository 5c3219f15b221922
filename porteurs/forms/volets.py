"""Les deux volets, et la part de chaque adulte. Chaque champ libre dit sa règle."""

from django import forms

from partenaires.champs import ChampJour
from partenaires.forms.evenements import ChampMontant
from porteurs.models import PartAdulte, VoletPrive, VoletProfessionnel
from socle.editions import FormulaireEnConcurrence
from socle.validateurs import une_ligne

REGLE = "Des faits, rien sur la santé ni les opinions. La personne peut lire ce que vous écrivez."


def _ligne(modele, nom: str, **plus) -> forms.CharField:
    champ = modele._meta.get_field(nom)
    return forms.CharField(
        label=champ.verbose_name.capitalize(),
        max_length=champ.max_length,
        required=False,
        validators=[une_ligne],
        **plus,
    )


def _texte(modele, nom: str, **plus) -> forms.CharField:
    champ = modele._meta.get_field(nom)
    return forms.CharField(
        label=champ.verbose_name.capitalize(),
        max_length=champ.max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        **plus,
    )


def _nombre(libelle: str, maximum: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=libelle,
        required=False,
        min_value=0,
        max_value=maximum,
        error_messages={"invalid": "Écrivez un nombre entier."},
    )


class VoletProfessionnelForm(FormulaireEnConcurrence):
    """Le projet d'activité : tout est facultatif, rien ne presse."""

    activite = _texte(
        VoletProfessionnel,
        "activite",
        help_text="Ce que la personne veut faire, pour qui, comment. " + REGLE,
    )
    statut = _ligne(VoletProfessionnel, "statut", help_text="Micro-entreprise, SARL, salariat…")
    lieu = _ligne(VoletProfessionnel, "lieu", help_text="Une commune, une vallée, « au bourg »…")
    locaux = _ligne(VoletProfessionnel, "locaux")
    surface = _nombre("Surface, en m²", 1_000_000)
    budget = ChampMontant(label="Budget, en euros", required=False)
    apport = ChampMontant(label="Apport, en euros", required=False)
    emplois = _nombre("Emplois envisagés", 5_000)
    echeance = ChampJour(label="Ouverture souhaitée", required=False)
    calendrier = _ligne(
        VoletProfessionnel,
        "calendrier",
        help_text="Ce qui commande les dates : un bail, un départ…",
    )
    experience = _texte(
        VoletProfessionnel,
        "experience",
        help_text="Métiers, formations, ce qu’elle sait faire. " + REGLE,
    )


class VoletPriveForm(FormulaireEnConcurrence):
    """Ce que le foyer cherche pour vivre ici."""

    enfants = _nombre("Combien d’enfants ?", 20)
    logement = _texte(
        VoletPrive, "logement", help_text="Ce que le foyer cherche : taille, lieu, loyer. " + REGLE
    )
    ecole = _ligne(VoletPrive, "ecole", help_text="Le niveau cherché, le transport. Sans prénom.")
    garde = _ligne(VoletPrive, "garde")
    mobilite = _ligne(
        VoletPrive, "mobilite", help_text="Avec ou sans voiture, les trajets à faire."
    )
    vie_locale = _ligne(VoletPrive, "vie_locale")
    arrivee = ChampJour(label="Arrivée souhaitée", required=False)


class PartAdulteForm(FormulaireEnConcurrence):
    """Ce qu'un adulte cherche pour lui-même."""

    emploi = _ligne(PartAdulte, "emploi", help_text="Le métier, le temps de travail, le lieu.")
    soins = _ligne(
        PartAdulte,
        "soins",
        help_text="Le service cherché seulement : « un médecin traitant », « une pharmacie proche ». "
        "Jamais la raison, ni un état de santé.",
    )
    demarches = _ligne(PartAdulte, "demarches", help_text="Permis, inscriptions, reconnaissance…")
