"""Une correspondance de colonnes est à une structure : celles du réseau, sans maître, se redemandent."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("porteurs", "0005_fin_des_acces"),
    ]

    operations = [
        migrations.RunSQL(
            "DELETE FROM porteurs_correspondanceimport", migrations.RunSQL.noop, elidable=True
        ),
        migrations.RemoveConstraint(
            model_name="correspondanceimport", name="correspondance_import_unique"
        ),
        migrations.AddField(
            model_name="correspondanceimport",
            name="structure",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="partenaires.structure",
            ),
        ),
        migrations.AddConstraint(
            model_name="correspondanceimport",
            constraint=models.UniqueConstraint(
                fields=("reseau", "structure", "empreinte"), name="correspondance_import_unique"
            ),
        ),
    ]
