from django.db import models
from django.db.models import Exists, OuterRef, Q

from partenaires.enums import Fonction, Module
from porteurs.enums import Volet


def cle_reseau(reseau_id: int) -> str:
    return f"r{reseau_id}"


def cle_structure(structure_id: int, reseau_id: int) -> str:
    return f"s{structure_id}:{reseau_id}"


def cle_personne(utilisateur_id: int, reseau_id: int) -> str:
    return f"u{utilisateur_id}:{reseau_id}"


def cles_du_mandat(mandat, utilisateur_id: int) -> set[str]:
    """Les clés qu'un mandat donne à la personne.

    Le réseau entre dans chaque clé : un mandat échu dans l'un ne survit pas par l'autre.
    """
    portees: set[str] = set()
    if mandat.fonction in (Fonction.TECHNICIEN, Fonction.ANIMATEUR):
        portees.add(cle_reseau(mandat.reseau_id))
    if mandat.fonction == Fonction.TECHNICIEN:
        portees.add(cle_structure(mandat.structure_id, mandat.reseau_id))
    if mandat.fonction in (Fonction.TECHNICIEN, Fonction.PARRAIN):
        portees.add(cle_personne(utilisateur_id, mandat.reseau_id))
    return portees


def cles(acteur) -> list[str]:
    """Les clés que donnent à l'acteur ses mandats du jour, là où le réseau suit des dossiers."""
    portees: set[str] = set()
    for mandat in acteur.pour(Module.DOSSIERS).mandats:
        portees |= cles_du_mandat(mandat, acteur.utilisateur_id)
    return sorted(portees)


class AccesQuerySet(models.QuerySet):
    def en_cours(self, jour):
        """Ceux qui n'ont pas pris fin ce jour-là."""
        return self.filter(Q(jusqua=None) | Q(jusqua__gt=jour))

    def de(self, acteur, volet: Volet = Volet.FICHE):
        """Les droits en cours de l'acteur ; le dossier suivi comprend la fiche."""
        droits = self.en_cours(acteur.jour).filter(beneficiaire__in=cles(acteur))
        if volet == Volet.PROFESSIONNEL:
            droits = droits.filter(volet=Volet.PROFESSIONNEL)
        return droits

    def prives(self, acteur):
        """Ceux qui ouvrent aussi le volet privé : la structure suit, et chaque adulte est d'accord."""
        return self.de(acteur, Volet.PROFESSIONNEL).filter(
            Q(prive_jusqua=None) | Q(prive_jusqua__gt=acteur.jour), prive=True
        )

    def ouvrant_le_prive(self, acteur, dossier: str = "pk"):
        """La condition « l'acteur lit le volet privé du dossier », à poser sur un autre modèle."""
        return Exists(self.prives(acteur).filter(dossier=OuterRef(dossier)))

    def ouvrant(self, acteur, volet: Volet = Volet.FICHE, dossier: str = "pk"):
        """La condition « l'acteur a ce volet du dossier », à poser sur un autre modèle."""
        return Exists(self.de(acteur, volet).filter(dossier=OuterRef(dossier)))


class Acces(models.Model):
    """Qui voit quoi d'un dossier : la seule réponse à cette question (docs/decisions/0002).

    Une ligne par bénéficiaire et par dossier, tenue dans la transaction qui change le droit
    et vérifiée par ``manage.py verifier_acces`` contre la règle écrite en clair.
    """

    dossier = models.ForeignKey("porteurs.Dossier", on_delete=models.CASCADE, related_name="acces")
    # « r12 » un réseau, « s45:12 » une structure dans ce réseau, « u7:12 » une personne.
    beneficiaire = models.CharField(max_length=44, db_collation="C")
    volet = models.CharField(max_length=14, choices=Volet.choices)
    # Clé de tri, recopiée du dossier : un tableau de bord se lit sans toucher aux dossiers.
    activite_le = models.DateTimeField()
    jusqua = models.DateField("jusqu’au (exclu)", null=True, blank=True)
    # Le volet privé s'ajoute au dossier suivi, par l'accord de chaque adulte à cette structure.
    prive = models.BooleanField(default=False, db_default=False)
    prive_jusqua = models.DateField("volet privé jusqu’au (exclu)", null=True, blank=True)

    objects = AccesQuerySet.as_manager()

    class Meta:
        verbose_name = "accès"
        verbose_name_plural = "accès"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "beneficiaire"], name="acces_un_par_beneficiaire"
            ),
            models.CheckConstraint(
                condition=Q(prive=False) | Q(volet=Volet.PROFESSIONNEL),
                name="acces_prive_du_dossier_suivi",
            ),
        ]
        indexes = [
            models.Index(fields=["beneficiaire", "-activite_le", "dossier"], name="acces_tri")
        ]

    def __str__(self):
        return f"{self.beneficiaire} : {self.volet} de {self.dossier_id}"
