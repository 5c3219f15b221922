"""Les compétences d’une structure en une ligne, tenue à jour par la base."""

import pgtrigger
from django.db import models


def resumer_apres(structures_de: str) -> list[pgtrigger.Trigger]:
    """Les déclencheurs qui refont ``ResumeCompetences`` des structures dont cette table a changé.

    ``structures_de`` les lit dans ``{lignes}``. Une fois par instruction, quel que soit le nombre de
    lignes ; une écriture en masse, un import ou COPY passent par là comme un formulaire.
    """
    avant, apres = (structures_de.format(lignes=lignes) for lignes in ("avant", "apres"))
    toutes = "SELECT structure_id FROM partenaires_resumecompetences"
    return [
        pgtrigger.Trigger(
            name=f"resumer_{nom}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=referencing,
            func=f"PERFORM partenaires_resumer_competences(ARRAY({structures})); RETURN NULL;",
        )
        for nom, operation, referencing, structures in (
            ("ajout", pgtrigger.Insert, pgtrigger.Referencing(new="apres"), apres),
            ("retrait", pgtrigger.Delete, pgtrigger.Referencing(old="avant"), avant),
            (
                "retouche",
                pgtrigger.Update,
                pgtrigger.Referencing(old="avant", new="apres"),
                f"{avant} UNION {apres}",
            ),
            ("vidage", pgtrigger.Truncate, None, toutes),
        )
    ]


SA_STRUCTURE = "SELECT structure_id FROM {lignes}"
CELLE_DE_LA_COMPETENCE = (
    "SELECT c.structure_id FROM {lignes} l JOIN partenaires_competence c ON c.id = l.competence_id"
)


class ResumeCompetences(models.Model):
    """Les compétences d’une structure en une ligne, pour que la matrice n’en relise pas des milliers.

    Écrite par la base seule (``resumer_apres``) ; absente quand la structure n’en a pas.
    ``contenu`` est un texte JSON, lu tel quel : ``{"dessertes": [commune, …], "profils":
    [[sections, [commune, …], [personne, …], [case, …]], …]}``, où une case est thème × 8 + rang de
    l’étape. Un invariant le compare à ce qu’il résume.
    """

    structure = models.OneToOneField(
        "partenaires.Structure",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="resume_competences",
    )
    contenu = models.TextField()

    class Meta:
        verbose_name = "résumé de compétences"
        verbose_name_plural = "résumés de compétences"

    def __str__(self):
        return f"compétences de {self.structure_id}"
