"""Un fichier dans un formulaire : l'erreur à côté du champ, et rien à choisir deux fois.

Le fichier accepté est rangé dès la validation. Si un autre champ est à revoir, le formulaire
réaffiché le garde, par un jeton signé qui ne vaut que pour la même personne.
"""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.utils import flatatt
from django.template.loader import render_to_string

from socle.acteur import Acteur
from socle.fichiers.depot import en_mo, recevoir
from socle.fichiers.genres import DOCUMENTS, Genres, en_clair, extensions
from socle.models import Fichier
from socle.refus import Refus

SEL = "socle.fichiers.garde"
# Moins que la garde des orphelins : un jeton accepté mène toujours à un fichier encore là.
DUREE = 20 * 3600


@dataclass(frozen=True)
class Saisie:
    """Ce que le navigateur a envoyé pour ce champ."""

    televersement: UploadedFile | None = None
    jeton: str = ""
    retirer: bool = False

    def __bool__(self) -> bool:
        return bool(self.televersement or self.jeton or self.retirer)


class ChoixFichier(forms.widgets.Input):
    """Le choix d'un fichier ; dit celui qui est déjà là, et porte celui qui attend."""

    input_type = "file"
    needs_multipart_form = True

    def __init__(self, attrs=None):
        super().__init__(attrs)
        self.garde: Fichier | None = None
        self.jeton = ""
        self.peut_retirer = False

    def value_from_datadict(self, data, files, name):
        return Saisie(files.get(name), data.get(f"{name}-garde", ""), f"{name}-retirer" in data)

    def value_omitted_from_data(self, data, files, name):
        return name not in files and f"{name}-garde" not in data

    def use_required_attribute(self, initial):
        return super().use_required_attribute(initial) and not initial and self.garde is None

    def render(self, name, value, attrs=None, renderer=None):
        contexte = self.get_context(name, None, attrs)
        actuel = value if isinstance(value, Fichier) else None
        montre = self.garde or actuel
        return render_to_string(
            "composants/_fichier_champ.html",
            {
                "nom": contexte["widget"]["name"],
                "id": contexte["widget"]["attrs"].get("id", name),
                "attributs": flatatt(contexte["widget"]["attrs"]),
                "fichier": montre,
                "poids": en_mo(montre.taille) if montre else "",
                "attend": self.garde is not None,
                "jeton": self.jeton,
                "peut_retirer": self.peut_retirer and montre is not None,
            },
        )


class ChampFichier(forms.FileField):
    """Un fichier à déposer ; la valeur nettoyée est le ``Fichier`` à posséder, ou rien.

    Le formulaire est un ``FormulaireAvecFichiers`` : il dit au champ qui dépose. ``initial`` est le
    ``Fichier`` déjà possédé ; un champ facultatif permet de le retirer.
    """

    widget = ChoixFichier
    acteur: Acteur | None = None

    def __init__(self, *, genres: Genres = DOCUMENTS, taille_max: int | None = None, **options):
        self.genres = genres
        self.taille_max = taille_max or settings.FICHIER_TAILLE_MAX
        aide = f"{en_clair(genres)}, {en_mo(self.taille_max)} au plus."
        options.setdefault("help_text", aide[0].upper() + aide[1:])
        options.setdefault("error_messages", {})
        options["error_messages"].setdefault("required", "Choisissez un fichier.")
        super().__init__(**options)
        self.widget.peut_retirer = not self.required

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"accept": ",".join(extensions(self.genres))}

    def clean(self, data: Saisie | None, initial: Fichier | None = None) -> Fichier | None:
        saisie = data or Saisie()
        if self.disabled:
            return initial
        if saisie.televersement is not None:
            return self._attendre(self._recevoir(saisie.televersement))
        if saisie.retirer and not self.required:
            return None
        if saisie.jeton:
            return self._attendre(self._retrouver(saisie.jeton))
        if initial is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return initial

    def has_changed(self, initial, data):
        return not self.disabled and bool(data)

    def bound_data(self, data, initial):
        return initial

    def _recevoir(self, televersement: UploadedFile) -> Fichier:
        try:
            return recevoir(
                televersement,
                acteur=self._deposant(),
                genres=self.genres,
                taille_max=self.taille_max,
            )
        except Refus as refus:
            raise ValidationError(refus.phrase, code="refus") from refus

    def _attendre(self, fichier: Fichier) -> Fichier:
        self.widget.garde = fichier
        self.widget.jeton = signing.dumps(
            [str(fichier.uuid), self._deposant().utilisateur_id], salt=SEL
        )
        return fichier

    def _retrouver(self, jeton: str) -> Fichier:
        """Le fichier d'un premier envoi, si c'est bien la même personne et la même sorte."""
        try:
            uuid, deposant = signing.loads(jeton, salt=SEL, max_age=DUREE)
        except signing.BadSignature:
            deposant, fichier = None, None
        else:
            fichier = Fichier.objects.filter(
                uuid=uuid, type_mime__in={g.type_mime for g in self.genres}
            ).first()
        if fichier is None or deposant != self._deposant().utilisateur_id:
            raise ValidationError("Choisissez de nouveau le fichier.", code="perdu")
        return fichier

    def _deposant(self) -> Acteur:
        if self.acteur is None:
            raise TypeError("Un ChampFichier vit dans un FormulaireAvecFichiers(acteur=…).")
        return self.acteur


class FormulaireAvecFichiers:
    """À mêler à un formulaire : ``class DepotForm(FormulaireAvecFichiers, forms.Form)``."""

    def __init__(self, *args, acteur: Acteur, **options):
        super().__init__(*args, **options)
        for champ in self.fields.values():
            if isinstance(champ, ChampFichier):
                champ.acteur = acteur
