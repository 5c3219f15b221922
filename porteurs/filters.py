import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q

from partenaires.enums import Fonction, SectionNaf
from partenaires.models import Commune, Epci, Mandat, ReseauCommune, Structure
from porteurs.enums import CHAINE, SORTIES, RoleAffectation
from porteurs.models import Affectation, Dossier
from socle.texte import cle

SITUATIONS = [
    ("ouverts", "En cours"),
    ("dormants", "Sans nouvelle depuis 30 jours"),
    ("relais", "Relais en attente"),
    ("clos", "Sortis de la chaîne"),
    ("tous", "Tous"),
]
SANS_REFERENT = "aucun"


class DossierFilter(django_filters.FilterSet):
    """Les facettes de la liste d'un réseau. Les choix viennent du réseau, jamais des résultats."""

    q = django_filters.CharFilter(
        label="Chercher",
        method="filtrer_texte",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Projet, commune…"}),
    )
    situation = django_filters.ChoiceFilter(
        label="Situation", choices=SITUATIONS, empty_label=None, method="filtrer_situation"
    )
    etape = django_filters.MultipleChoiceFilter(
        label="Étape",
        choices=[(e.value, e.label.capitalize()) for e in CHAINE],
        widget=forms.CheckboxSelectMultiple,
    )
    secteur = django_filters.ChoiceFilter(
        label="Secteur", choices=SectionNaf.choices, empty_label="Tous les secteurs"
    )
    territoire = django_filters.CharFilter(
        label="Commune",
        method="filtrer_commune",
        widget=forms.TextInput(attrs={"placeholder": "Nom ou code postal"}),
    )
    epci = django_filters.ModelChoiceFilter(
        label="Intercommunalité",
        queryset=Epci.objects.none(),
        to_field_name="code",
        empty_label="Toutes",
        method="filtrer_epci",
    )
    structure = django_filters.ModelChoiceFilter(
        label="Structure qui répond",
        queryset=Structure.objects.none(),
        to_field_name="uuid",
        empty_label="Toutes",
        field_name="structure_responsable",
    )
    referent = django_filters.ChoiceFilter(
        label="Référent", empty_label="Peu importe", method="filtrer_referent"
    )

    class Meta:
        model = Dossier
        fields: list[str] = []

    def __init__(self, *args, acteur, reseau, **kwargs):
        self.acteur, self.reseau = acteur, reseau
        self.jour = reseau.aujourd_hui()
        super().__init__(*args, **kwargs)
        self.filters["epci"].queryset = Epci.objects.filter(
            Exists(ReseauCommune.objects.filter(reseau=reseau, commune__epci=OuterRef("pk")))
        ).order_by("nom")
        self.filters["structure"].queryset = Structure.objects.membres(
            reseau.pk, self.jour
        ).order_by("cle_tri")
        self.filters["referent"].extra["choices"] = self._referents()
        self.form.fields["situation"].initial = "ouverts"

    def _referents(self):
        personnes = {
            str(m.utilisateur.uuid): m.utilisateur.nom_complet
            for m in Mandat.objects.actifs(self.jour)
            .filter(reseau=self.reseau, fonction=Fonction.TECHNICIEN)
            .select_related("utilisateur")
            .order_by("utilisateur__nom", "utilisateur__prenom", "pk")
        }
        return [("moi", "Moi"), (SANS_REFERENT, "Sans référent"), *personnes.items()]

    def filter_queryset(self, queryset):
        # Sans situation choisie, la liste montre ce qui est en cours.
        if not self.form.cleaned_data.get("situation"):
            self.form.cleaned_data["situation"] = "ouverts"
        return super().filter_queryset(queryset)

    def filtrer_texte(self, dossiers, nom, valeur):
        return dossiers.chercher(valeur, self.acteur)

    def filtrer_situation(self, dossiers, nom, valeur):
        if valeur == "tous":
            return dossiers
        if valeur == "clos":
            return dossiers.filter(etape__in=SORTIES)
        if valeur == "dormants":
            return dossiers.dormants(self.jour)
        if valeur == "relais":
            return dossiers.ouverts().relais_en_attente()
        return dossiers.ouverts()

    def filtrer_commune(self, dossiers, nom, valeur):
        texte = cle(valeur)
        communes = Commune.objects.filter(
            Q(cle_tri__startswith=texte) | Q(codes_postaux__contains=[valeur.strip()])
        )
        return dossiers.filter(commune__in=communes.values("pk"))

    def filtrer_epci(self, dossiers, nom, valeur):
        return dossiers.filter(commune__in=Commune.objects.filter(epci=valeur).values("pk"))

    def filtrer_referent(self, dossiers, nom, valeur):
        if valeur == SANS_REFERENT:
            return dossiers.sans_referent()
        if valeur == "moi":
            return dossiers.de_la_personne(self.acteur.utilisateur_id)
        return dossiers.filter(
            Exists(
                Affectation.objects.en_cours().filter(
                    dossier=OuterRef("pk"),
                    role=RoleAffectation.REFERENT,
                    utilisateur__uuid=valeur,
                )
            )
        )
