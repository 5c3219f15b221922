import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import partenaires.models.reseau
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partenaires', '0001_initial'),
        ('socle', '0007_brouillons'),
    ]

    operations = [
        migrations.AddField(
            model_name='reseau',
            name='confirmes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, db_default=[], size=None),
        ),
        migrations.AddField(
            model_name='reseau',
            name='lance_le',
            field=models.DateTimeField(blank=True, null=True, verbose_name='guide de lancement rangé le'),
        ),
        migrations.AddField(
            model_name='reseau',
            name='parent_propose',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='enfants_proposes', to='partenaires.reseau', verbose_name='réseau parent proposé'),
        ),
        migrations.AddField(
            model_name='reseau',
            name='peut_ouvrir',
            field=models.BooleanField(db_default=False, verbose_name='peut ouvrir des réseaux'),
        ),
        migrations.AddField(
            model_name='reseau',
            name='propose_par_parent',
            field=models.BooleanField(db_default=False, verbose_name='proposé par le parent'),
        ),
        migrations.AddConstraint(
            model_name='reseau',
            constraint=models.CheckConstraint(condition=models.Q(('parent_propose__isnull', True), models.Q(('parent__isnull', True), models.Q(('parent_propose', models.F('id')), _negated=True)), _connector='OR'), name='reseau_parent_propose_un_seul', violation_error_message='Un réseau se propose à un seul parent, qui n’est pas lui, quand il n’en a pas.'),
        ),
        migrations.AddConstraint(
            model_name='reseau',
            constraint=models.CheckConstraint(condition=models.Q(('seuil_masquage__gte', 5)), name='reseau_seuil_protecteur', violation_error_message='Sous cinq, un chiffre peut désigner quelqu’un.'),
        ),
        migrations.RemoveConstraint(
            model_name='structure',
            name='structure_siret_unique',
        ),
        migrations.AddField(
            model_name='structure',
            name='adresse',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='structure',
            name='annuaire_public',
            field=models.BooleanField(default=False, verbose_name='visible dans l’annuaire public'),
        ),
        migrations.AddField(
            model_name='structure',
            name='description',
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AddField(
            model_name='structure',
            name='email_public',
            field=models.EmailField(blank=True, max_length=254, verbose_name='adresse de courriel du public'),
        ),
        migrations.AddField(
            model_name='structure',
            name='fusionnee_dans',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbees', to='partenaires.structure'),
        ),
        migrations.AddField(
            model_name='structure',
            name='horaires',
            field=models.JSONField(blank=True, default=list, verbose_name='heures d’ouverture'),
        ),
        migrations.AddField(
            model_name='structure',
            name='horaires_precision',
            field=models.CharField(blank=True, max_length=200, verbose_name='précision sur les horaires'),
        ),
        migrations.AddField(
            model_name='structure',
            name='site',
            field=models.URLField(blank=True, verbose_name='site internet'),
        ),
        migrations.AddField(
            model_name='structure',
            name='telephone_public',
            field=models.CharField(blank=True, max_length=20, verbose_name='téléphone du public'),
        ),
        migrations.AddConstraint(
            model_name='structure',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('siret', ''), _negated=True), ('fusionnee_dans', None)), fields=('siret',), name='structure_siret_unique', violation_error_message='Une structure porte déjà ce SIRET.'),
        ),
        migrations.AddConstraint(
            model_name='structure',
            constraint=models.CheckConstraint(condition=models.Q(('site', ''), ('site__startswith', 'https://'), _connector='OR'), name='structure_site_https', violation_error_message='L’adresse du site commence par https://.'),
        ),
        migrations.AddConstraint(
            model_name='structure',
            constraint=models.CheckConstraint(condition=models.Q(('fusionnee_dans', None), models.Q(('fusionnee_dans', models.F('id')), _negated=True), _connector='OR'), name='structure_pas_fusionnee_a_elle_meme', violation_error_message='Une structure ne se réunit pas à elle-même.'),
        ),
        migrations.AddField(
            model_name='mandat',
            name='fin_rappelee',
            field=models.DateField(blank=True, null=True, verbose_name='fin déjà rappelée'),
        ),
        migrations.AddField(
            model_name='mandat',
            name='perimetre',
            field=models.CharField(blank=True, max_length=400, verbose_name='périmètre, en mots'),
        ),
        migrations.AddField(
            model_name='mandat',
            name='supplee',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='suppleants', to='partenaires.mandat'),
        ),
        migrations.AddConstraint(
            model_name='mandat',
            constraint=models.CheckConstraint(condition=models.Q(('supplee', None), models.Q(('supplee', models.F('id')), _negated=True), _connector='OR'), name='mandat_ne_se_supplee_pas', violation_error_message='On ne se supplée pas soi-même.'),
        ),
        migrations.AddField(
            model_name='convention',
            name='denoncee_le',
            field=models.DateField(blank=True, null=True, verbose_name='dénoncée le'),
        ),
        migrations.AddField(
            model_name='convention',
            name='fin_avant',
            field=models.DateField(blank=True, null=True, verbose_name='fin avant dénonciation'),
        ),
        migrations.AddField(
            model_name='convention',
            name='motif_denonciation',
            field=models.CharField(blank=True, db_default='', max_length=300, verbose_name='motif'),
        ),
        migrations.AddField(
            model_name='convention',
            name='revision',
            field=models.PositiveIntegerField(db_default=1, verbose_name='révision'),
        ),
        migrations.AddField(
            model_name='convention',
            name='signee_le',
            field=models.DateField(blank=True, null=True, verbose_name='signée le'),
        ),
        migrations.AddField(
            model_name='convention',
            name='texte',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AddField(
            model_name='conventionstructure',
            name='entree_le',
            field=models.DateField(blank=True, null=True, verbose_name='entrée le'),
        ),
        migrations.AddField(
            model_name='conventionstructure',
            name='retrait_le',
            field=models.DateField(blank=True, null=True, verbose_name='retrait le'),
        ),
        migrations.AddConstraint(
            model_name='convention',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('etat', 'denoncee'), _negated=True), models.Q(('denoncee_le__isnull', False), ('periode__endswith__isnull', False)), _connector='OR'), name='convention_denoncee_datee', violation_error_message='Une convention dénoncée dit quand elle l’a été.'),
        ),
        migrations.AddConstraint(
            model_name='conventionstructure',
            constraint=models.CheckConstraint(condition=models.Q(('entree_le', None), ('retrait_le', None), ('retrait_le__gt', models.F('entree_le')), _connector='OR'), name='partie_retrait_apres_entree', violation_error_message='Une structure se retire après être entrée.'),
        ),
        migrations.AddField(
            model_name='convention',
            name='fin_rappelee',
            field=models.DateField(blank=True, null=True, verbose_name='fin déjà rappelée'),
        ),
        migrations.AddField(
            model_name='convention',
            name='palier_rappele',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='à combien de jours'),
        ),
        migrations.AddField(
            model_name='mandat',
            name='lettre',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lettre_de_mandat', to='socle.fichier', verbose_name='lettre de mission'),
        ),
        migrations.AddField(
            model_name='evenement',
            name='avis_demande',
            field=models.BooleanField(db_default=True, default=True, verbose_name='demander un avis le lendemain'),
        ),
        migrations.AddField(
            model_name='evenement',
            name='capacite',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='nombre de places'),
        ),
        migrations.AddField(
            model_name='evenement',
            name='cloture',
            field=models.DateField(blank=True, null=True, verbose_name='dernier jour pour s’inscrire'),
        ),
        migrations.AddField(
            model_name='evenement',
            name='cree_par',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='evenement',
            name='description',
            field=models.TextField(blank=True, db_default='', default='', max_length=4000),
        ),
        migrations.AddField(
            model_name='evenement',
            name='lieu',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='evenement',
            name='modifie_le',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='modifié le'),
        ),
        migrations.AddField(
            model_name='evenement',
            name='motif_annulation',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
        migrations.AddField(
            model_name='evenement',
            name='public',
            field=models.BooleanField(db_default=False, default=False, verbose_name='ouvert au public'),
        ),
        migrations.AddField(
            model_name='evenement',
            name='sequence',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name='evenement',
            index=models.Index(fields=['fin'], name='evenement_par_fin'),
        ),
        migrations.AddConstraint(
            model_name='evenement',
            constraint=models.CheckConstraint(condition=models.Q(('capacite', None), ('capacite__gte', 1), _connector='OR'), name='evenement_a_une_place', violation_error_message='Il faut au moins une place.'),
        ),
        migrations.AlterField(
            model_name='reseau',
            name='fuseau',
            field=models.CharField(default='Europe/Paris', max_length=40, validators=[partenaires.models.reseau.fuseau_connu], verbose_name='fuseau horaire'),
        ),
        migrations.CreateModel(
            name='CompetencePersonne',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('utilisateur', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'personne d’une compétence',
                'verbose_name_plural': 'personnes d’une compétence',
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Theme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('code', models.SlugField(max_length=40)),
                ('libelle', models.CharField(max_length=60, verbose_name='libellé')),
                ('cote', models.CharField(choices=[('professionnel', 'activité'), ('prive', 'vie privée et familiale')], max_length=20, verbose_name='côté')),
                ('ordre', models.PositiveSmallIntegerField(default=100)),
                ('retire_le', models.DateField(blank=True, null=True, verbose_name='retiré le')),
                ('reseau', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='themes', to='partenaires.reseau')),
            ],
            options={
                'verbose_name': 'thème',
                'constraints': [models.UniqueConstraint(fields=('reseau', 'code'), name='theme_code_unique', nulls_distinct=False, violation_error_message='Ce thème existe déjà.')],
            },
        ),
        migrations.CreateModel(
            name='CompetenceCommune',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('commune', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partenaires.commune')),
            ],
            options={
                'verbose_name': 'commune d’une compétence',
                'verbose_name_plural': 'communes d’une compétence',
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='StructureCommune',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('commune', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partenaires.commune')),
                ('structure', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dessertes', to='partenaires.structure')),
            ],
            options={
                'verbose_name': 'commune desservie',
                'verbose_name_plural': 'communes desservies',
                'constraints': [models.UniqueConstraint(fields=('structure', 'commune'), name='structure_commune_unique')],
            },
        ),
        migrations.CreateModel(
            name='Jalon',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('intitule', models.CharField(max_length=160, verbose_name='intitulé')),
                ('maillon', models.CharField(blank=True, choices=[('prospection', 'prospection'), ('premier_accueil', 'premier accueil'), ('accompagnement', 'accompagnement'), ('installation', 'installation'), ('integration', 'intégration')], max_length=20, verbose_name='maillon')),
                ('echeance', models.DateField(verbose_name='échéance')),
                ('etat', models.CharField(choices=[('a_faire', 'à faire'), ('en_cours', 'en cours'), ('fait', 'fait'), ('abandonne', 'abandonné')], default='a_faire', max_length=10, verbose_name='état')),
                ('fait_le', models.DateField(blank=True, null=True, verbose_name='fait le')),
                ('note', models.TextField(blank=True, verbose_name='où on en est')),
                ('revision', models.PositiveIntegerField(default=1, verbose_name='révision')),
                ('cree_le', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('reseau', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jalons', to='partenaires.reseau')),
                ('responsable', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('structure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='jalons', to='partenaires.structure')),
            ],
            options={
                'verbose_name': 'jalon',
                'verbose_name_plural': 'jalons',
                'indexes': [models.Index(fields=['reseau', 'echeance'], name='jalon_par_reseau')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('etat', 'fait'), ('fait_le__isnull', False)), models.Q(models.Q(('etat', 'fait'), _negated=True), ('fait_le', None)), _connector='OR'), name='jalon_fait_a_sa_date', violation_error_message='Un jalon fait porte sa date\xa0; un autre n’en a pas.')],
            },
        ),
        migrations.CreateModel(
            name='RubriqueDiagnostic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rubrique', models.CharField(choices=[('prospection', 'faire venir\xa0: prospection et promotion'), ('premier_accueil', 'premier accueil et orientation'), ('accompagnement', 'accompagnement des projets'), ('installation', 'installation\xa0: locaux, terrains, logements'), ('integration', 'intégration et suivi après l’installation'), ('services', 'services à la population\xa0: école, soins, garde'), ('economie', 'activités qui partent, activités qui manquent'), ('partenariat', 'travail entre partenaires')], max_length=20)),
                ('revision', models.PositiveIntegerField(verbose_name='révision')),
                ('atouts', models.TextField(blank=True)),
                ('manques', models.TextField(blank=True)),
                ('pistes', models.TextField(blank=True)),
                ('ecrite_le', models.DateTimeField(auto_now_add=True, verbose_name='écrite le')),
                ('auteur', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reseau', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='diagnostic', to='partenaires.reseau')),
            ],
            options={
                'verbose_name': 'rubrique du diagnostic',
                'verbose_name_plural': 'rubriques du diagnostic',
                'constraints': [models.UniqueConstraint(fields=('reseau', 'rubrique', 'revision'), name='diagnostic_revision_unique')],
            },
        ),
        migrations.CreateModel(
            name='Conformite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contact', models.CharField(blank=True, max_length=200, verbose_name='point de contact des personnes')),
                ('dpo_nom', models.CharField(blank=True, max_length=120, verbose_name='délégué à la protection des données')),
                ('dpo_email', models.EmailField(blank=True, max_length=254, verbose_name='adresse du délégué')),
                ('aipd_par', models.CharField(blank=True, max_length=160, verbose_name='analyse d’impact approuvée par')),
                ('hebergeur', models.CharField(blank=True, max_length=160, verbose_name='hébergeur')),
                ('pays_hebergement', models.CharField(blank=True, max_length=80, verbose_name='pays de l’hébergement')),
                ('clause_le', models.DateField(blank=True, null=True, verbose_name='clause de sous-traitance signée le')),
                ('modifie_le', models.DateTimeField(auto_now=True)),
                ('informe', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partenaires.structure', verbose_name='structure qui tient la notice d’information')),
                ('notifie', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partenaires.structure', verbose_name='structure qui notifie en cas d’incident')),
                ('repond', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partenaires.structure', verbose_name='structure qui répond aux personnes')),
                ('reprise_de', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='partenaires.reseau')),
                ('reseau', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='conformite', to='partenaires.reseau')),
            ],
            options={
                'verbose_name': 'registre de conformité',
                'verbose_name_plural': 'registres de conformité',
            },
        ),
        migrations.CreateModel(
            name='Fusion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('le', models.DateTimeField(auto_now_add=True)),
                ('changements', models.JSONField(default=list)),
                ('comptes', models.JSONField(default=list)),
                ('annulee_le', models.DateTimeField(blank=True, null=True, verbose_name='annulée le')),
                ('absorbee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fusions_subies', to='partenaires.structure')),
                ('annulee_par', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('gardee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fusions_recues', to='partenaires.structure')),
                ('par', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'fusion',
                'constraints': [models.UniqueConstraint(condition=models.Q(('annulee_le', None)), fields=('absorbee',), name='fusion_une_seule_en_cours', violation_error_message='Cette structure est déjà réunie à une autre.'), models.CheckConstraint(condition=models.Q(('gardee', models.F('absorbee')), _negated=True), name='fusion_deux_structures', violation_error_message='Il faut deux structures différentes.')],
            },
        ),
        migrations.CreateModel(
            name='ImportStructures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('lignes', models.JSONField(default=list)),
                ('avertissements', models.JSONField(default=list)),
                ('suite', models.CharField(blank=True, max_length=300)),
                ('cree_le', models.DateTimeField(auto_now_add=True)),
                ('reseau', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partenaires.reseau')),
                ('utilisateur', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'import de structures',
                'verbose_name_plural': 'imports de structures',
                'indexes': [models.Index(fields=['cree_le'], name='import_structures_par_date')],
            },
        ),
        migrations.CreateModel(
            name='GrilleCompetences',
            fields=[
                ('structure', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='grille_competences', serialize=False, to='partenaires.structure')),
                ('modifiee_le', models.DateTimeField(verbose_name='modifiée le')),
                ('modifiee_par', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'grille de compétences',
                'verbose_name_plural': 'grilles de compétences',
            },
        ),
        migrations.CreateModel(
            name='AdministrationSeule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('motif', models.CharField(max_length=300)),
                ('le', models.DateTimeField(auto_now=True)),
                ('par', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reseau', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partenaires.reseau')),
                ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partenaires.structure')),
            ],
            options={
                'verbose_name': 'administration par une seule personne',
                'verbose_name_plural': 'administrations par une seule personne',
                'constraints': [models.UniqueConstraint(fields=('structure', 'reseau'), name='administration_seule_unique')],
            },
        ),
        migrations.CreateModel(
            name='ConfirmationAnnuelle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('demandee_le', models.DateField(verbose_name='demandée le')),
                ('envois', models.PositiveSmallIntegerField(default=0)),
                ('confirmee_le', models.DateTimeField(blank=True, null=True, verbose_name='confirmée le')),
                ('par_lien', models.BooleanField(default=False)),
                ('nb_personnes', models.PositiveIntegerField(default=0, verbose_name='personnes confirmées')),
                ('nb_competences', models.PositiveIntegerField(default=0, verbose_name='compétences confirmées')),
                ('competences_a_revoir', models.BooleanField(default=False, verbose_name='compétences à revoir')),
                ('par', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='partenaires.structure')),
            ],
            options={
                'verbose_name': 'confirmation annuelle',
                'verbose_name_plural': 'confirmations annuelles',
                'indexes': [models.Index(models.F('structure'), models.OrderBy(models.F('confirmee_le'), descending=True), name='confirmation_derniere')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('confirmee_le', None)), fields=('structure',), name='confirmation_une_seule_ouverte'), models.CheckConstraint(condition=models.Q(('confirmee_le', None), ('par__isnull', False), _connector='OR'), name='confirmation_donnee_par_quelqu_un', violation_error_message='Une confirmation est donnée par quelqu’un.')],
            },
        ),
        migrations.CreateModel(
            name='CharteFonctionnement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('numero', models.PositiveSmallIntegerField(verbose_name='numéro')),
                ('texte', models.TextField()),
                ('etat', models.CharField(choices=[('brouillon', 'en cours d’écriture'), ('publiee', 'publiée')], default='brouillon', max_length=10)),
                ('revision', models.PositiveIntegerField(db_default=1, verbose_name='révision')),
                ('publiee_le', models.DateTimeField(blank=True, null=True, verbose_name='publiée le')),
                ('cree_le', models.DateTimeField(auto_now_add=True)),
                ('publiee_par', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reseau', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chartes', to='partenaires.reseau')),
            ],
            options={
                'verbose_name': 'charte de fonctionnement',
                'verbose_name_plural': 'chartes de fonctionnement',
                'constraints': [models.UniqueConstraint(fields=('reseau', 'numero'), name='charte_numero_unique'), models.UniqueConstraint(condition=models.Q(('etat', 'brouillon')), fields=('reseau',), name='charte_un_seul_brouillon', violation_error_message='Une nouvelle version est déjà en cours d’écriture.'), models.CheckConstraint(condition=models.Q(models.Q(('etat', 'brouillon'), ('publiee_le', None)), models.Q(('etat', 'publiee'), ('publiee_le__isnull', False)), _connector='OR'), name='charte_publiee_datee', violation_error_message='Une charte publiée porte sa date.')],
            },
        ),
        migrations.CreateModel(
            name='Avenant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('numero', models.PositiveSmallIntegerField(verbose_name='numéro')),
                ('objet', models.CharField(max_length=300)),
                ('texte', models.TextField(blank=True)),
                ('effet', models.DateField(verbose_name='prend effet le')),
                ('change_fin', models.BooleanField(default=False, verbose_name='change la fin')),
                ('fin_avant', models.DateField(blank=True, null=True)),
                ('fin_apres', models.DateField(blank=True, null=True)),
                ('cree_le', models.DateTimeField(auto_now_add=True)),
                ('convention', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='avenants', to='partenaires.convention')),
                ('ecrit_par', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'avenant',
                'constraints': [models.UniqueConstraint(fields=('convention', 'numero'), name='avenant_numero_unique')],
            },
        ),
        migrations.CreateModel(
            name='ModeleConvention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('texte', models.TextField()),
                ('revision', models.PositiveIntegerField(db_default=1, verbose_name='révision')),
                ('le', models.DateTimeField(auto_now=True)),
                ('par', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reseau', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='modele_convention', to='partenaires.reseau')),
            ],
            options={
                'verbose_name': 'modèle de convention',
                'verbose_name_plural': 'modèles de conventions',
            },
        ),
        migrations.CreateModel(
            name='Objectif',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('intitule', models.CharField(max_length=200, verbose_name='intitulé')),
                ('mesure', models.CharField(blank=True, max_length=200)),
                ('echeance', models.DateField(blank=True, null=True, verbose_name='échéance')),
                ('etat', models.CharField(choices=[('prevu', 'prévu'), ('en_cours', 'en cours'), ('atteint', 'atteint'), ('manque', 'non atteint'), ('abandonne', 'abandonné')], default='prevu', max_length=12, verbose_name='état')),
                ('avancement', models.PositiveSmallIntegerField(default=0)),
                ('revision', models.PositiveIntegerField(db_default=1, verbose_name='révision')),
                ('cree_le', models.DateTimeField(auto_now_add=True)),
                ('convention', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objectifs', to='partenaires.convention')),
            ],
            options={
                'verbose_name': 'objectif',
                'constraints': [models.CheckConstraint(condition=models.Q(('avancement__lte', 100)), name='objectif_avancement_en_pour_cent', violation_error_message='L’avancement va de 0 à 100.')],
            },
        ),
        migrations.CreateModel(
            name='ContourCommune',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('repere', models.CharField(max_length=3, verbose_name='repère')),
                ('cadre', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), size=4)),
                ('trace', models.TextField(verbose_name='tracé')),
                ('commune', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='contour', to='partenaires.commune')),
            ],
            options={
                'verbose_name': 'contour d’une commune',
                'verbose_name_plural': 'contours des communes',
            },
        ),
        migrations.CreateModel(
            name='Ressource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('nature', models.CharField(choices=[('fiche', 'fiche méthode'), ('cas', 'étude de cas'), ('modele', 'document modèle'), ('video', 'vidéo'), ('veille', 'note de veille')], max_length=20)),
                ('titre', models.CharField(max_length=160)),
                ('resume', models.CharField(max_length=300, verbose_name='en une phrase')),
                ('mots_cles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('mots_cles_texte', models.CharField(blank=True, editable=False, max_length=500)),
                ('texte', models.TextField(blank=True)),
                ('lien', models.URLField(blank=True, max_length=300)),
                ('pour_les_enfants', models.BooleanField(default=False, verbose_name='partagée avec les réseaux enfants')),
                ('numero', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('modifiee_le', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='modifiée le')),
                ('retiree_le', models.DateTimeField(blank=True, null=True, verbose_name='retirée le')),
                ('vecteur', models.GeneratedField(db_persist=True, expression=models.Func(django.db.models.functions.text.Concat(models.F('titre'), models.Value(' '), models.F('resume'), models.Value(' '), models.F('mots_cles_texte'), models.Value(' '), models.F('texte'), output_field=models.TextField()), function='vecteur_francais'), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('auteur', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('fichier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='socle.fichier')),
                ('reseau', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ressources', to='partenaires.reseau')),
            ],
            options={
                'verbose_name': 'ressource',
                'indexes': [models.Index(fields=['reseau', '-modifiee_le'], name='ressource_par_reseau'), django.contrib.postgres.indexes.GinIndex(fields=['vecteur'], name='ressource_texte'), django.contrib.postgres.indexes.GinIndex(fields=['mots_cles'], name='ressource_mots_cles')],
                'constraints': [models.CheckConstraint(condition=models.Q(('fichier', None), ('lien', ''), ('texte', ''), _negated=True), name='ressource_a_un_contenu', violation_error_message='Il manque le contenu\xa0: un texte, un lien ou un fichier.')],
            },
        ),
        migrations.CreateModel(
            name='Emport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('demande_le', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='demandé le')),
                ('motif', models.CharField(max_length=300)),
                ('etat', models.CharField(choices=[('attente', 'en préparation'), ('pret', 'prêt'), ('echec', 'non abouti'), ('retire', 'effacé')], default='attente', max_length=10, verbose_name='état')),
                ('phrase', models.CharField(blank=True, max_length=60)),
                ('taille', models.PositiveBigIntegerField(default=0, verbose_name='taille en octets')),
                ('lignes', models.JSONField(default=dict)),
                ('pret_le', models.DateTimeField(blank=True, null=True, verbose_name='prêt le')),
                ('demande_par', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reseau', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='emports', to='partenaires.reseau')),
            ],
            options={
                'verbose_name': 'fichier de réseau',
                'verbose_name_plural': 'fichiers de réseau',
                'constraints': [models.CheckConstraint(condition=models.Q(('etat', 'attente'), ('phrase', ''), _connector='OR'), name='emport_phrase_effacee', violation_error_message='La phrase s’efface dès que le fichier est écrit.'), models.UniqueConstraint(condition=models.Q(('etat', 'attente')), fields=('reseau',), name='emport_un_seul_en_attente', violation_error_message='Un fichier est déjà en préparation.')],
            },
        ),
        migrations.CreateModel(
            name='AgendaPersonnel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cle', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='clé')),
                ('cree_le', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now)),
                ('utilisateur', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='agenda', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'agenda personnel',
                'verbose_name_plural': 'agendas personnels',
            },
        ),
        migrations.CreateModel(
            name='Evaluation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.PositiveSmallIntegerField()),
                ('servi', models.CharField(blank=True, max_length=600, verbose_name='ce qui a servi')),
                ('manque', models.CharField(blank=True, max_length=600, verbose_name='ce qui manque')),
                ('evenement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evaluations', to='partenaires.evenement')),
            ],
            options={
                'verbose_name': 'avis sur un évènement',
                'verbose_name_plural': 'avis sur un évènement',
                'constraints': [models.CheckConstraint(condition=models.Q(('note__gte', 1), ('note__lte', 5)), name='evaluation_de_un_a_cinq', violation_error_message='La note va de 1 à 5.')],
            },
        ),
        migrations.CreateModel(
            name='Exposant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('nom', models.CharField(blank=True, max_length=120)),
                ('stand', models.CharField(blank=True, max_length=20)),
                ('besoins', models.CharField(blank=True, max_length=300)),
                ('evenement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exposants', to='partenaires.evenement')),
                ('structure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partenaires.structure')),
            ],
            options={
                'verbose_name': 'exposant',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('nom', ''), ('structure__isnull', False)), models.Q(('structure', None), models.Q(('nom', ''), _negated=True)), _connector='OR'), name='exposant_structure_ou_nom', violation_error_message='Choisissez une structure, ou écrivez un nom.'), models.UniqueConstraint(condition=models.Q(('structure__isnull', False)), fields=('evenement', 'structure'), name='exposant_une_fois', violation_error_message='Cette structure expose déjà.'), models.UniqueConstraint(models.F('evenement'), django.db.models.functions.text.Lower('stand'), condition=models.Q(('stand', ''), _negated=True), name='exposant_un_par_stand', violation_error_message='Ce stand est déjà pris.')],
            },
        ),
        migrations.CreateModel(
            name='Inscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('nom', models.CharField(blank=True, max_length=120)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('structure', models.CharField(blank=True, max_length=120)),
                ('etat', models.CharField(choices=[('inscrit', 'inscrit'), ('attente', 'en liste d’attente')], default='inscrit', max_length=8, verbose_name='état')),
                ('presente', models.BooleanField(blank=True, null=True, verbose_name='présente')),
                ('cree_le', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now)),
                ('purgee_le', models.DateField(blank=True, null=True, verbose_name='coordonnées effacées le')),
                ('evenement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='inscriptions', to='partenaires.evenement')),
                ('utilisateur', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'inscription',
                'indexes': [models.Index(fields=['evenement', 'cree_le'], name='inscription_par_evenement')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('email', ''), ('nom', ''), ('structure', ''), ('utilisateur__isnull', False)), models.Q(('utilisateur', None), models.Q(('nom', ''), _negated=True), models.Q(('email', ''), _negated=True)), models.Q(('email', ''), ('nom', ''), ('purgee_le__isnull', False), ('structure', ''), ('utilisateur', None)), _connector='OR'), name='inscription_membre_ou_dehors', violation_error_message='Une inscription est celle d’un membre, ou d’un nom et d’une adresse.'), models.UniqueConstraint(condition=models.Q(('utilisateur__isnull', False)), fields=('evenement', 'utilisateur'), name='inscription_une_par_membre', violation_error_message='Cette personne est déjà inscrite.'), models.UniqueConstraint(models.F('evenement'), django.db.models.functions.text.Lower('email'), condition=models.Q(('email', ''), _negated=True), name='inscription_une_par_adresse', violation_error_message='Cette adresse est déjà inscrite.')],
            },
        ),
        migrations.CreateModel(
            name='LigneBudget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('sens', models.CharField(choices=[('depense', 'dépense'), ('recette', 'recette')], max_length=8)),
                ('libelle', models.CharField(max_length=120, verbose_name='libellé')),
                ('financeur', models.CharField(blank=True, max_length=120)),
                ('prevu', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='prévu')),
                ('realise', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='réalisé')),
                ('evenement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='budget', to='partenaires.evenement')),
            ],
            options={
                'verbose_name': 'ligne de budget',
                'verbose_name_plural': 'lignes de budget',
                'constraints': [models.CheckConstraint(condition=models.Q(('prevu__gte', 0), models.Q(('realise', None), ('realise__gte', 0), _connector='OR')), name='budget_montants_positifs', violation_error_message='Un montant est positif\xa0: le sens dit s’il entre ou sort.'), models.CheckConstraint(condition=models.Q(models.Q(('financeur', ''), ('sens', 'depense')), models.Q(('sens', 'recette'), models.Q(('financeur', ''), _negated=True)), _connector='OR'), name='budget_recette_a_un_financeur', violation_error_message='Une recette dit qui finance\xa0; une dépense n’en a pas.')],
            },
        ),
        migrations.CreateModel(
            name='ResumeCompetences',
            fields=[
                ('structure', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='resume_competences', serialize=False, to='partenaires.structure')),
                ('contenu', models.TextField()),
            ],
            options={
                'verbose_name': 'résumé de compétences',
                'verbose_name_plural': 'résumés de compétences',
            },
        ),
        migrations.CreateModel(
            name='CommuneAncienne',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=5, verbose_name='code officiel')),
                ('nom', models.CharField(blank=True, max_length=80)),
                ('cle_tri', models.CharField(blank=True, db_collation='C', max_length=80)),
                ('commune', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='anciennes', to='partenaires.commune')),
            ],
            options={
                'verbose_name': 'ancienne commune',
                'verbose_name_plural': 'anciennes communes',
                'indexes': [models.Index(fields=['cle_tri'], name='commune_ancienne_tri')],
                'constraints': [models.UniqueConstraint(fields=('code', 'nom'), name='commune_ancienne_unique')],
            },
        ),
        migrations.CreateModel(
            name='Competence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('etape', models.CharField(choices=[('idee', 'idée'), ('etude', 'étude'), ('montage', 'montage'), ('financement', 'financement'), ('creation', 'création ou reprise'), ('installe', 'installé'), ('suivi', 'suivi post-création'), ('developpement', 'développement')], max_length=20, verbose_name='étape')),
                ('sections', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('A', 'agriculture, sylviculture et pêche'), ('B', 'industries extractives'), ('C', 'fabrication, artisanat de production'), ('D', 'électricité, gaz, chaleur'), ('E', 'eau, déchets, dépollution'), ('F', 'construction'), ('G', 'commerce et réparation automobile'), ('H', 'transports et entreposage'), ('I', 'hébergement et restauration'), ('J', 'information et communication'), ('K', 'finance et assurance'), ('L', 'immobilier'), ('M', 'activités scientifiques et techniques'), ('N', 'services administratifs et de soutien'), ('O', 'administration publique'), ('P', 'enseignement'), ('Q', 'santé et action sociale'), ('R', 'arts, spectacles et loisirs'), ('S', 'autres services'), ('T', 'emploi par les ménages'), ('U', 'organisations extraterritoriales')], max_length=1), blank=True, default=list, size=None)),
                ('structure', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='competences', to='partenaires.structure')),
                ('communes', models.ManyToManyField(related_name='+', through='partenaires.CompetenceCommune', to='partenaires.commune')),
                ('personnes', models.ManyToManyField(related_name='+', through='partenaires.CompetencePersonne', to=settings.AUTH_USER_MODEL)),
                ('theme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='competences', to='partenaires.theme')),
            ],
            options={
                'verbose_name': 'compétence',
                'indexes': [models.Index(fields=['theme', 'etape'], name='competence_par_theme')],
                'constraints': [models.UniqueConstraint(fields=('structure', 'theme', 'etape'), name='competence_unique', violation_error_message='Cette compétence est déjà déclarée.'), models.CheckConstraint(condition=models.Q(('etape__in', ['idee', 'etude', 'montage', 'financement', 'creation', 'installe', 'suivi', 'developpement'])), name='competence_sur_la_chaine', violation_error_message='Une compétence se place sur une étape de la chaîne.')],
            },
        ),
        migrations.CreateModel(
            name='DepartSignale',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('depuis', models.DateField(verbose_name='partie le')),
                ('le', models.DateTimeField(auto_now_add=True)),
                ('regle_le', models.DateTimeField(blank=True, null=True, verbose_name='réglé le')),
                ('confirmation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='departs', to='partenaires.confirmationannuelle')),
                ('mandat', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='departs_signales', to='partenaires.mandat')),
                ('par', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'départ signalé',
                'verbose_name_plural': 'départs signalés',
                'constraints': [models.UniqueConstraint(condition=models.Q(('regle_le', None)), fields=('mandat',), name='depart_signale_une_fois', violation_error_message='Ce départ est déjà signalé.')],
            },
        ),
        migrations.CreateModel(
            name='AcceptationCharte',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('le', models.DateTimeField(auto_now_add=True, verbose_name='acceptée le')),
                ('acceptee_par', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partenaires.structure')),
                ('charte', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acceptations', to='partenaires.chartefonctionnement')),
            ],
            options={
                'verbose_name': 'acceptation de la charte',
                'verbose_name_plural': 'acceptations de la charte',
                'constraints': [models.UniqueConstraint(fields=('structure', 'charte'), name='acceptation_charte_unique')],
            },
        ),
        migrations.CreateModel(
            name='AvenantStructure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sens', models.CharField(choices=[('entree', 'entrée'), ('sortie', 'sortie')], max_length=6)),
                ('avenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mouvements', to='partenaires.avenant')),
                ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partenaires.structure')),
            ],
            options={
                'verbose_name': 'changement de partie',
                'verbose_name_plural': 'changements de parties',
                'constraints': [models.UniqueConstraint(fields=('structure', 'avenant'), name='avenant_structure_unique')],
            },
        ),
        migrations.CreateModel(
            name='DocumentConvention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('cree_le', models.DateTimeField(auto_now_add=True)),
                ('avenant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='partenaires.avenant')),
                ('convention', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='partenaires.convention')),
                ('depose_par', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('fichier', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='document_de_convention', to='socle.fichier')),
            ],
            options={
                'verbose_name': 'document signé',
                'verbose_name_plural': 'documents signés',
            },
        ),
        migrations.CreateModel(
            name='SuiviObjectif',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('le', models.DateField()),
                ('etat', models.CharField(choices=[('prevu', 'prévu'), ('en_cours', 'en cours'), ('atteint', 'atteint'), ('manque', 'non atteint'), ('abandonne', 'abandonné')], max_length=12, verbose_name='état')),
                ('avancement', models.PositiveSmallIntegerField()),
                ('texte', models.TextField(blank=True)),
                ('cree_le', models.DateTimeField(auto_now_add=True)),
                ('auteur', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('objectif', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suivis', to='partenaires.objectif')),
            ],
            options={
                'verbose_name': 'suivi d’objectif',
                'verbose_name_plural': 'suivis d’objectifs',
                'indexes': [models.Index(fields=['objectif', '-le'], name='suivi_par_objectif')],
                'constraints': [models.CheckConstraint(condition=models.Q(('avancement__lte', 100)), name='suivi_avancement_en_pour_cent')],
            },
        ),
        migrations.CreateModel(
            name='QuestionRessource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('texte', models.TextField(max_length=2000)),
                ('cree_le', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('auteur', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('question', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reponses', to='partenaires.questionressource')),
                ('ressource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='partenaires.ressource')),
            ],
            options={
                'verbose_name': 'question sur une ressource',
                'verbose_name_plural': 'questions sur une ressource',
                'indexes': [models.Index(fields=['ressource', 'cree_le'], name='question_par_ressource')],
            },
        ),
        migrations.CreateModel(
            name='VersionRessource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('numero', models.PositiveIntegerField(verbose_name='version')),
                ('titre', models.CharField(max_length=160)),
                ('resume', models.CharField(max_length=300, verbose_name='en une phrase')),
                ('texte', models.TextField(blank=True)),
                ('lien', models.URLField(blank=True, max_length=300)),
                ('ecrite_le', models.DateTimeField(verbose_name='écrite le')),
                ('auteur', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('fichier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='socle.fichier')),
                ('ressource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='partenaires.ressource')),
            ],
            options={
                'verbose_name': 'version d’une ressource',
                'verbose_name_plural': 'versions d’une ressource',
                'constraints': [models.UniqueConstraint(fields=('ressource', 'numero'), name='version_ressource_unique')],
            },
        ),
        migrations.AddField(
            model_name='CompetenceCommune',
            name='competence',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lieux', to='partenaires.competence'),
        ),
        migrations.AddConstraint(
            model_name='CompetenceCommune',
            constraint=models.UniqueConstraint(fields=('competence', 'commune'), name='competence_commune_unique'),
        ),
        migrations.AddField(
            model_name='CompetencePersonne',
            name='competence',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='noms', to='partenaires.competence'),
        ),
        migrations.AddConstraint(
            model_name='CompetencePersonne',
            constraint=models.UniqueConstraint(fields=('competence', 'utilisateur'), name='competence_personne_unique'),
        ),
        migrations.AddField(
            model_name='structure',
            name='communes_servies',
            field=models.ManyToManyField(related_name='+', through='partenaires.StructureCommune', to='partenaires.commune'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='competence',
            trigger=pgtrigger.compiler.Trigger(name='resumer_ajout', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT structure_id FROM apres)); RETURN NULL;', hash='6931cbc8659f1848cb852ff5919d20689453fd2c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_resumer_ajout_5f91e', referencing='REFERENCING NEW TABLE AS apres ', table='partenaires_competence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='competence',
            trigger=pgtrigger.compiler.Trigger(name='resumer_retrait', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT structure_id FROM avant)); RETURN NULL;', hash='00acbe31a7ac265c11ff7fb37fa1dd52fa1408ac', level='STATEMENT', operation='DELETE', pgid='pgtrigger_resumer_retrait_52c0c', referencing='REFERENCING OLD TABLE AS avant ', table='partenaires_competence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='competence',
            trigger=pgtrigger.compiler.Trigger(name='resumer_retouche', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT structure_id FROM avant UNION SELECT structure_id FROM apres)); RETURN NULL;', hash='af3ab97f80f906106be3b2c7b977fbe9a0ea5361', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_resumer_retouche_1aed8', referencing='REFERENCING OLD TABLE AS avant  NEW TABLE AS apres ', table='partenaires_competence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='competence',
            trigger=pgtrigger.compiler.Trigger(name='resumer_vidage', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT structure_id FROM partenaires_resumecompetences)); RETURN NULL;', hash='5ca5182c0fe66fedc67a5221f4bbb80f7dd245c8', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_resumer_vidage_e3102', table='partenaires_competence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='competencecommune',
            trigger=pgtrigger.compiler.Trigger(name='resumer_ajout', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT c.structure_id FROM apres l JOIN partenaires_competence c ON c.id = l.competence_id)); RETURN NULL;', hash='0e1cabdb34bd803465422f20bb9f31248af9339c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_resumer_ajout_63954', referencing='REFERENCING NEW TABLE AS apres ', table='partenaires_competencecommune', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='competencecommune',
            trigger=pgtrigger.compiler.Trigger(name='resumer_retrait', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT c.structure_id FROM avant l JOIN partenaires_competence c ON c.id = l.competence_id)); RETURN NULL;', hash='6d91360d9c71ddb99ab281705fd69cf5460e408f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_resumer_retrait_af5dc', referencing='REFERENCING OLD TABLE AS avant ', table='partenaires_competencecommune', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='competencecommune',
            trigger=pgtrigger.compiler.Trigger(name='resumer_retouche', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT c.structure_id FROM avant l JOIN partenaires_competence c ON c.id = l.competence_id UNION SELECT c.structure_id FROM apres l JOIN partenaires_competence c ON c.id = l.competence_id)); RETURN NULL;', hash='af51edaccb045dd28f979734ac1317bb5121678b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_resumer_retouche_89723', referencing='REFERENCING OLD TABLE AS avant  NEW TABLE AS apres ', table='partenaires_competencecommune', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='competencecommune',
            trigger=pgtrigger.compiler.Trigger(name='resumer_vidage', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT structure_id FROM partenaires_resumecompetences)); RETURN NULL;', hash='d47471d25a9213c59644e9545616fc91076100d3', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_resumer_vidage_83189', table='partenaires_competencecommune', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='competencepersonne',
            trigger=pgtrigger.compiler.Trigger(name='resumer_ajout', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT c.structure_id FROM apres l JOIN partenaires_competence c ON c.id = l.competence_id)); RETURN NULL;', hash='2bf3d963733aee15d8211320f687408893095157', level='STATEMENT', operation='INSERT', pgid='pgtrigger_resumer_ajout_531a7', referencing='REFERENCING NEW TABLE AS apres ', table='partenaires_competencepersonne', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='competencepersonne',
            trigger=pgtrigger.compiler.Trigger(name='resumer_retrait', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT c.structure_id FROM avant l JOIN partenaires_competence c ON c.id = l.competence_id)); RETURN NULL;', hash='6c075bcdf30125cd533706b8ea9ff427af09a3b4', level='STATEMENT', operation='DELETE', pgid='pgtrigger_resumer_retrait_d37c9', referencing='REFERENCING OLD TABLE AS avant ', table='partenaires_competencepersonne', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='competencepersonne',
            trigger=pgtrigger.compiler.Trigger(name='resumer_retouche', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT c.structure_id FROM avant l JOIN partenaires_competence c ON c.id = l.competence_id UNION SELECT c.structure_id FROM apres l JOIN partenaires_competence c ON c.id = l.competence_id)); RETURN NULL;', hash='23f1e09bcefd1e03e45d716cfc4dbc86f71e57fb', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_resumer_retouche_84b05', referencing='REFERENCING OLD TABLE AS avant  NEW TABLE AS apres ', table='partenaires_competencepersonne', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='competencepersonne',
            trigger=pgtrigger.compiler.Trigger(name='resumer_vidage', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT structure_id FROM partenaires_resumecompetences)); RETURN NULL;', hash='fd9dac011159df9e746d6f79ab76312dc3992bc2', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_resumer_vidage_c7557', table='partenaires_competencepersonne', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='structurecommune',
            trigger=pgtrigger.compiler.Trigger(name='resumer_ajout', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT structure_id FROM apres)); RETURN NULL;', hash='378952cbd44e7f91bfee6e3ba25eba74d7d4803a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_resumer_ajout_5da83', referencing='REFERENCING NEW TABLE AS apres ', table='partenaires_structurecommune', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='structurecommune',
            trigger=pgtrigger.compiler.Trigger(name='resumer_retrait', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT structure_id FROM avant)); RETURN NULL;', hash='ddc79fa1a9a48d65b6d522d3bf60f23ede8a67ad', level='STATEMENT', operation='DELETE', pgid='pgtrigger_resumer_retrait_37f07', referencing='REFERENCING OLD TABLE AS avant ', table='partenaires_structurecommune', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='structurecommune',
            trigger=pgtrigger.compiler.Trigger(name='resumer_retouche', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT structure_id FROM avant UNION SELECT structure_id FROM apres)); RETURN NULL;', hash='de0a688f8622d4ab15e007bca067424a18d3ae6c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_resumer_retouche_a632f', referencing='REFERENCING OLD TABLE AS avant  NEW TABLE AS apres ', table='partenaires_structurecommune', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='structurecommune',
            trigger=pgtrigger.compiler.Trigger(name='resumer_vidage', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM partenaires_resumer_competences(ARRAY(SELECT structure_id FROM partenaires_resumecompetences)); RETURN NULL;', hash='fcb3c354c0f11de6d8ff08d84ada20d660b4fd5a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_resumer_vidage_3ba46', table='partenaires_structurecommune', when='AFTER')),
        ),
    ]
