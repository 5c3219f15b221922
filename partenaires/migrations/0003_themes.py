"""Les thèmes communs à toute installation. Un réseau ajoute les siens par ses écrans."""

from django.db import migrations

PROFESSIONNEL, PRIVE = "professionnel", "prive"
THEMES = [
    ("etude-de-marche", "étude de marché", PROFESSIONNEL),
    ("statut-juridique", "statut juridique et social", PROFESSIONNEL),
    ("financement", "financement", PROFESSIONNEL),
    ("formation", "formation", PROFESSIONNEL),
    ("local", "local professionnel", PROFESSIONNEL),
    ("foncier", "terrain et foncier", PROFESSIONNEL),
    ("reprise", "reprise et transmission", PROFESSIONNEL),
    ("recrutement", "recrutement", PROFESSIONNEL),
    ("numerique", "numérique", PROFESSIONNEL),
    ("logement", "logement", PRIVE),
    ("ecole", "école", PRIVE),
    ("garde-d-enfants", "garde d’enfants", PRIVE),
    ("acces-aux-soins", "accès aux soins", PRIVE),
    ("emploi-du-conjoint", "emploi du conjoint", PRIVE),
    ("mobilite", "mobilité", PRIVE),
    ("connexion", "téléphone et internet", PRIVE),
    ("vie-locale", "vie locale et associative", PRIVE),
    ("demarches", "démarches administratives", PRIVE),
]


def creer(apps, schema_editor):
    Theme = apps.get_model("partenaires", "Theme")
    Theme.objects.bulk_create(
        Theme(code=code, libelle=libelle, cote=cote, ordre=10 * rang)
        for rang, (code, libelle, cote) in enumerate(THEMES, start=1)
    )


def retirer(apps, schema_editor):
    """Les compétences qui s’y rangent partent avec la table, que la migration précédente défait."""
    apps.get_model("partenaires", "Theme").objects.filter(reseau=None, competences=None).delete()


class Migration(migrations.Migration):
    dependencies = [("partenaires", "0002_partenariat")]

    operations = [migrations.RunPython(creer, retirer)]
