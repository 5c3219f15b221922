"""Signaler quelqu'un, répondre à une demande, tenir les permanences."""

import time

from django import forms
from django.core import signing
from django.utils import timezone

from partenaires.champs import ChampCommune, ChampJour
from partenaires.models import Reseau, Structure
from porteurs.enums import MOTIFS_CHOISIS, MotifCloture
from porteurs.services.demandes import Personne, Signalant
from socle.coordonnees import ChampCourriel, ChampTelephone
from socle.unicite import FormulaireUnique
from socle.validateurs import une_ligne

# Personne ne lit et ne remplit cette page en moins de temps ; au-delà d'un jour, la page a vieilli.
MINIMUM, MAXIMUM = 3, 24 * 3600
SEL = "porteurs.signaler"
REGLE_DU_TEXTE = (
    "Des faits utiles pour rappeler\u00a0: rien sur la santé, aucun avis. La personne peut le lire."
)
# Au-delà, une permanence ne tourne plus ; on en propose quelques-unes de plus que les tenues.
PLACES, PLACES_LIBRES = 8, 3


def tampon(il_y_a: int = 0) -> str:
    """L'heure d'ouverture de la page, signée : un robot qui répond trop vite se voit."""
    return signing.Signer(salt=SEL).sign(str(int(time.time()) - il_y_a))


class SignalementForm(FormulaireUnique):
    """Une minute, sur un téléphone : qui rappeler, où, pour quoi, et qui signale.

    ``structures`` : ``{pk: nom}`` de celles pour qui agit un membre ; vide, un visiteur se nomme.
    """

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
    telephone = ChampTelephone()
    email = ChampCourriel()
    commune = ChampCommune(label="Commune où elle veut s’installer, ou vit déjà")
    projet = forms.CharField(
        label="Son projet en une ligne",
        max_length=160,
        validators=[une_ligne],
        help_text="«\u00a0Reprendre un commerce\u00a0», «\u00a0S’installer en famille\u00a0»…",
    )
    message = forms.CharField(
        label="Ce qui aide à la rappeler",
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=REGLE_DU_TEXTE,
    )
    accord = forms.BooleanField(
        label="Elle est d’accord pour être rappelée",
        error_messages={
            "required": "Sans son accord, personne ne peut la rappeler\u00a0: demandez-le-lui."
        },
    )
    accord_le = ChampJour(label="Elle l’a dit le")
    signalant_nom = forms.CharField(label="Votre nom", max_length=120, validators=[une_ligne])
    signalant_email = ChampCourriel(
        label="Votre adresse de courriel",
        help_text="Pour savoir qui l’a rappelée.",
    )
    signalant_organisme = forms.CharField(
        label="Votre mairie, votre structure",
        max_length=160,
        required=False,
        validators=[une_ligne],
    )
    # Personne ne voit ces champs : ce qui remplit le premier n'est pas une personne.
    site = forms.CharField(label="Ne pas remplir", required=False, max_length=200)
    ouverte = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, structures=None, reseau=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.structures = structures or {}
        self.fields["commune"].preferer(reseau)
        self.jour = reseau.aujourd_hui() if reseau else timezone.localdate()
        self.fields["accord_le"].initial = self.jour
        self.fields["ouverte"].initial = tampon
        if self.structures:
            for champ in ("signalant_nom", "signalant_email", "signalant_organisme", "ouverte"):
                del self.fields[champ]
        if len(self.structures) > 1:
            self.fields["structure"] = forms.TypedChoiceField(
                label="Au nom de quelle structure\u00a0?",
                choices=list(self.structures.items()),
                coerce=int,
            )

    @property
    def piege(self) -> bool:
        return bool(self.cleaned_data.get("site"))

    def clean_accord_le(self):
        jour = self.cleaned_data["accord_le"]
        if jour > self.jour:
            raise forms.ValidationError("Cette date est dans l’avenir.")
        return jour

    def clean_ouverte(self):
        """Trop vite, ou trop vieux : la personne n'a qu'à envoyer de nouveau."""
        try:
            age = time.time() - int(signing.Signer(salt=SEL).unsign(self.cleaned_data["ouverte"]))
        except (signing.BadSignature, ValueError):
            age = MAXIMUM + 1
        if age < MINIMUM:
            raise forms.ValidationError(
                "C’est parti très vite\u00a0: relisez, puis envoyez de nouveau."
            )
        if age > MAXIMUM:
            self.data = self.data.copy()
            self.data["ouverte"] = tampon(MINIMUM)
            raise forms.ValidationError(
                "Cette page était ouverte depuis longtemps\u00a0: relisez, puis envoyez de nouveau."
            )
        return self.cleaned_data["ouverte"]

    def clean(self):
        donnees = super().clean()
        lus = {"telephone", "email"} - set(self.errors)
        if lus and not any(donnees.get(champ) for champ in ("telephone", "email")):
            self.add_error("telephone", "Il faut un téléphone ou une adresse de courriel.")
        return donnees

    def demander_les_reseaux(self, reseaux: list[Reseau], d_abord: Reseau | None) -> None:
        """La commune est dans plusieurs réseaux : la personne choisit qui la rappelle."""
        self.fields["reseaux"] = forms.MultipleChoiceField(
            label="Cette commune est dans plusieurs réseaux. Qui doit la rappeler\u00a0?",
            choices=[(str(r.pk), r.nom) for r in reseaux],
            initial=[str(r.pk) for r in reseaux if d_abord in (None, r)],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        if "choix" not in self.data:
            self.data = self.data.copy()
            self.data.setlist("reseaux", self.fields["reseaux"].initial)

    def choisis(self, reseaux: list[Reseau]) -> list[Reseau]:
        """Ceux que la personne a cochés parmi ceux de la commune ; aucun autre, rien sans réponse."""
        coches = set(self.data.getlist("reseaux")) if "choix" in self.data else set()
        return [r for r in reseaux if str(r.pk) in coches]

    def personne(self) -> Personne:
        champs = (
            "prenom",
            "nom",
            "commune",
            "projet",
            "accord_le",
            "email",
            "telephone",
            "message",
        )
        return Personne(**{champ: self.cleaned_data[champ] for champ in champs})

    def signalant(self) -> Signalant:
        if self.structures:
            choisie = self.cleaned_data.get("structure") or next(iter(self.structures))
            return Signalant(structure=Structure.objects.get(pk=choisie))
        return Signalant(
            nom=self.cleaned_data["signalant_nom"],
            email=self.cleaned_data["signalant_email"],
            organisme=self.cleaned_data["signalant_organisme"],
        )


class ClotureForm(FormulaireUnique):
    """Pourquoi la demande se ferme sans dossier."""

    motif = forms.ChoiceField(
        label="Pourquoi\u00a0?",
        choices=[(m.value, m.label.capitalize()) for m in MOTIFS_CHOISIS],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une raison."},
    )
    precision = forms.CharField(
        label="En quelques mots",
        max_length=300,
        required=False,
        help_text=REGLE_DU_TEXTE,
    )

    def clean(self):
        donnees = super().clean()
        if donnees.get("motif") == MotifCloture.AUTRE and not donnees.get("precision"):
            self.add_error("precision", "Dites en quelques mots pourquoi.")
        return donnees


class TransmissionForm(FormulaireUnique):
    """À qui passer la demande : « s12 », une structure du réseau, ou « r3 », un autre réseau."""

    vers = forms.ChoiceField(label="À qui la passer\u00a0?")
    motif = forms.CharField(
        label="Pourquoi",
        max_length=300,
        help_text="Qui la reçoit le lira. " + REGLE_DU_TEXTE,
    )

    def __init__(self, *args, structures, reseaux, **kwargs):
        super().__init__(*args, **kwargs)
        self.cibles = {f"s{s.pk}": s for s in structures} | {f"r{r.pk}": r for r in reseaux}
        groupes = [("", "Choisissez")]
        if structures:
            groupes.append(("Dans le réseau", [(f"s{s.pk}", s.nom) for s in structures]))
        if reseaux:
            groupes.append(("Un autre réseau", [(f"r{r.pk}", r.nom) for r in reseaux]))
        self.fields["vers"].choices = groupes

    def clean_vers(self):
        return self.cibles[self.cleaned_data["vers"]]


class PermanenceForm(forms.Form):
    """L'ordre des structures, une par place ; les places vides se resserrent."""

    def __init__(self, *args, structures, ordre=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.structures = {str(s.pk): s for s in structures}
        places = min(PLACES, len(self.structures), len(ordre) + PLACES_LIBRES)
        choix = [("", "—"), *((pk, s.nom) for pk, s in self.structures.items())]
        for rang in range(1, places + 1):
            self.fields[f"place_{rang}"] = forms.ChoiceField(
                label="En premier" if rang == 1 else f"En {rang}ᵉ",
                choices=choix,
                required=False,
                initial=str(ordre[rang - 1].pk) if rang <= len(ordre) else "",
            )

    def ordre(self) -> list[Structure]:
        choisies = [self.cleaned_data[nom] for nom in self.fields]
        return [self.structures[pk] for pk in choisies if pk]

    def clean(self):
        donnees = super().clean()
        choisies = [pk for pk in donnees.values() if pk]
        if len(set(choisies)) < len(choisies):
            raise forms.ValidationError("Une structure n’a qu’une place dans la permanence.")
        return donnees


class ReglageForm(forms.Form):
    """Le délai annoncé aux personnes, et quand prévenir la structure."""

    delai = forms.IntegerField(
        label="Réponse annoncée sous", min_value=1, max_value=30, help_text="En jours ouvrés."
    )
    alerte = forms.IntegerField(
        label="La structure est relancée après",
        min_value=1,
        max_value=30,
        help_text="En jours ouvrés, au plus tard le jour annoncé.",
    )

    def clean(self):
        donnees = super().clean()
        if (donnees.get("alerte") or 0) > (donnees.get("delai") or 30):
            self.add_error("alerte", "L’alerte vient au plus tard le jour annoncé.")
        return donnees
