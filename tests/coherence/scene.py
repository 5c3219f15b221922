"""La scène : un dossier de la structure S1, et tout ce qui peut tourner autour.

Chaque élément n'est créé que si un parcours le demande. Le marqueur est dans l'intitulé du
dossier : qui voit la fiche le lit, qui ne la voit pas ne doit jamais le recevoir.
"""

from datetime import timedelta
from functools import cached_property

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from partenaires.enums import EtatEmport, NatureEvenement, SensBudget
from partenaires.models import ConfirmationAnnuelle, DepartSignale, Emport, Exposant, LigneBudget
from partenaires.services.agendas import jeton, ouvrir_son_agenda
from partenaires.services.confirmations import BUT as BUT_CONFIRMATION
from partenaires.services.evenements import BUT_AVIS
from partenaires.services.inscriptions import BUT_CONFIRMER, BUT_DESISTER
from partenaires.services.invitations import BUT as BUT_INVITATION
from porteurs.enums import (
    Audience,
    EtatDemandeAcces,
    ModeInformation,
    NatureProjet,
    RoleAffectation,
    RoleParticipation,
)
from porteurs.models import (
    Candidature,
    Concours,
    DemandeDroit,
    DoublonSignale,
    EntreeEspace,
    LienDossiers,
    Piece,
    SuiviInstallation,
)
from porteurs.services.espace import BUT as BUT_ESPACE
from porteurs.services.reunion import BUT_LIGNE
from porteurs.services.suivis_installation import BUT as BUT_SUIVI
from socle import liens
from socle.acteur import acteur_de
from socle.battements import battre
from socle.enums import EtatCourriel
from socle.fichiers import garder
from socle.models import Brouillon, Courriel
from socle.sante import SILENCES
from tests.fabriques import (
    ActionFabrique,
    AffectationFabrique,
    DossierFabrique,
    EchangeFabrique,
    EvenementFabrique,
    FinancementFabrique,
    InscriptionFabrique,
    InstallationFabrique,
    InvitationFabrique,
    JalonFabrique,
    MandatFabrique,
    PointReunionFabrique,
    RelaisFabrique,
    RessourceFabrique,
    ReunionFabrique,
)
from tests.fabriques.partage import AccordFabrique, DemandeAccesFabrique, ParticipationFabrique
from tests.fabriques.partenaires import aujourd_hui

NOM, TELEPHONE = "Petitjean-Secretin", "06 39 98 12 34"
COURRIEL = "zoe.secrete@porteur.test"


class Scene:
    """``traits`` : ceux du dossier (``informe`` s'il n'en est rien dit)."""

    def __init__(self, distribution, marqueur: str, **traits):
        self.d = distribution
        self.marqueur = marqueur
        self.traits = traits or {"informe": True}

    # --- Raccourcis pour les parcours --------------------------------------------------------

    @property
    def jour(self) -> str:
        return aujourd_hui().isoformat()

    @property
    def reseau(self) -> dict:
        return {"reseau": self.d.reseau.slug}

    def de(self, objet) -> dict:
        """Les arguments d'adresse d'un objet du réseau A."""
        return self.reseau | {"uuid": objet.uuid}

    def en_forme(self) -> None:
        """Les tâches planifiées viennent de passer, aucun courriel n'attend."""
        for nom in SILENCES:
            battre(nom)
        Courriel.objects.filter(etat=EtatCourriel.ATTENTE).delete()

    # --- Le dossier --------------------------------------------------------------------------

    @cached_property
    def dossier(self):
        dossier = DossierFabrique(
            reseau=self.d.reseau,
            structure_responsable=self.d.s1,
            intitule=f"Projet {self.marqueur}",
            porteur__nom=NOM,
            porteur__email=COURRIEL,
            porteur__telephone_saisi=TELEPHONE,
            **self.traits,
        )
        for audience in Audience:
            EchangeFabrique(
                dossier=dossier,
                auteur=self.d.auteur,
                audience=audience,
                texte=f"Note{audience}{self.marqueur}",
            )
        return dossier

    @cached_property
    def conjoint(self):
        """Un adulte du foyer, pas encore informé."""
        return ParticipationFabrique(
            dossier=self.dossier, rang=2, role=RoleParticipation.FOYER, porteur__nom="Conjointier"
        )

    @cached_property
    def conjoint_sans_espace(self):
        """Son adresse attend d'être confirmée."""
        self.conjoint.adresse_a_confirmer_depuis = timezone.now()
        self.conjoint.save(update_fields=["adresse_a_confirmer_depuis"])
        return self.conjoint

    @cached_property
    def conjoint_informe(self):
        self.conjoint.informe_le, self.conjoint.information_mode = aujourd_hui(-2), "oral"
        self.conjoint.save(update_fields=["informe_le", "information_mode"])
        return self.conjoint

    @cached_property
    def accord(self):
        """L'adulte du dossier laisse S1 lire le volet privé."""
        return AccordFabrique(
            participation=self.dossier.participations.get(rang=1), structure=self.d.s1
        )

    @cached_property
    def demande_acces(self):
        """La voisine, au nom de S2, demande à suivre le dossier."""
        return DemandeAccesFabrique(
            dossier=self.dossier, structure=self.d.s2, demandeur=self.d.voisine
        )

    @cached_property
    def acces_accorde(self):
        """S2 suit le dossier pour un temps : on le lui a accordé."""
        return DemandeAccesFabrique(
            dossier=self.dossier,
            structure=self.d.s2,
            demandeur=self.d.voisine,
            etat=EtatDemandeAcces.ACCEPTEE,
            jusqua=aujourd_hui(30),
        )

    @cached_property
    def brouillon(self):
        return Brouillon.objects.create(
            utilisateur=self.d.auteur, cle="echange_noter:essai", champs={"texte": ["En cours"]}
        )

    @cached_property
    def action(self):
        return ActionFabrique(dossier=self.dossier, responsable=self.d.auteur)

    @cached_property
    def proposition(self):
        """Le rôle de référent, proposé à la collègue."""
        return AffectationFabrique(dossier=self.dossier, mandat=self.d.mandats["collegue"])

    @cached_property
    def parrainage(self):
        return AffectationFabrique(
            dossier=self.dossier,
            mandat=self.d.mandats["parrain"],
            role=RoleAffectation.PARRAIN,
            acceptee=True,
        )

    @cached_property
    def relais(self):
        return RelaisFabrique(dossier=self.dossier, vers=self.d.s2)

    @cached_property
    def doublon(self):
        autre = DossierFabrique(reseau=self.d.reseau, structure_responsable=self.d.s2)
        return DoublonSignale.objects.create(dossier=self.dossier, autre=autre)

    # --- L'espace de la personne -------------------------------------------------------------

    @cached_property
    def porteur(self):
        return self.dossier.participations.select_related("porteur").get(rang=1).porteur

    @cached_property
    def piece_remise(self):
        """Un document que l'équipe remet à la personne."""
        piece = Piece.objects.create(
            dossier=self.dossier,
            fichier=garder(b"%PDF-1.7 plan", nom="plan.pdf"),
            intitule=f"Plan {self.marqueur}",
            pour_porteur=True,
            deposee_par=self.d.auteur,
            structure=self.d.s1,
        )
        piece.refresh_from_db()
        return piece

    @cached_property
    def action_attendue(self):
        return ActionFabrique(dossier=self.dossier, responsable=self.d.auteur, pour_porteur=True)

    @cached_property
    def jeton_espace(self) -> str:
        lien = self._lien(BUT_ESPACE)
        EntreeEspace.objects.create(lien=lien, adresse=self.porteur.email)
        return liens.jeton(lien)

    @cached_property
    def demande_droit(self):
        demande = DemandeDroit.objects.create(
            dossier=self.dossier, porteur=self.porteur, nature="copie", echeance=aujourd_hui(30)
        )
        demande.refresh_from_db()
        return demande

    # --- L'argent, les concours, l'installation ----------------------------------------------

    @cached_property
    def financement(self):
        return FinancementFabrique(dossier=self.dossier)

    @cached_property
    def cession(self):
        """Un cédant du réseau, dont la fiche est partagée."""
        return DossierFabrique(
            reseau=self.d.reseau,
            structure_responsable=self.d.s1,
            nature=NatureProjet.CESSION,
            informe=True,
        )

    @cached_property
    def lien_de_cession(self):
        lien = LienDossiers.objects.create(cedant=self.cession, repreneur=self.dossier)
        lien.refresh_from_db()
        return lien

    @cached_property
    def concours(self):
        """Organisé par S2, l'appel ouvert."""
        concours = Concours.objects.create(
            reseau=self.d.reseau,
            nom="Créer au pays",
            annee=aujourd_hui().year,
            structure=self.d.s2,
            ouvre_le=aujourd_hui(-5),
            ferme_le=aujourd_hui(5),
        )
        concours.refresh_from_db()
        return concours

    @cached_property
    def reglement_du_concours(self):
        self.concours.reglement = garder(b"%PDF-1.7 reglement", nom="reglement.pdf")
        self.concours.save(update_fields=["reglement"])
        return self.concours.reglement

    @cached_property
    def candidature(self):
        candidature = Candidature.objects.create(
            concours=self.concours,
            dossier=self.dossier,
            accord_le=aujourd_hui(),
            accord_mode=ModeInformation.ORAL,
        )
        candidature.refresh_from_db()
        return candidature

    @cached_property
    def installation(self):
        return InstallationFabrique(dossier=self.dossier)

    @cached_property
    def suivi_d_installation(self):
        """Dû, et confié à la structure."""
        suivi = SuiviInstallation.objects.create(
            installation=self.installation,
            mois=6,
            echeance=aujourd_hui(-1),
            a_appeler_le=timezone.now(),
        )
        suivi.refresh_from_db()
        return suivi

    @cached_property
    def jeton_suivi(self) -> str:
        contexte = {
            "suivi": self.suivi_d_installation.pk,
            "porteur": self.porteur.pk,
        }
        return liens.jeton(self._lien(BUT_SUIVI, contexte=contexte))

    # --- Les réunions ------------------------------------------------------------------------

    @cached_property
    def reunion(self):
        return ReunionFabrique(reseau=self.d.reseau)

    @cached_property
    def point(self):
        return PointReunionFabrique(reunion=self.reunion, dossier=self.dossier)

    # --- Les liens et les courriels ----------------------------------------------------------

    def _lien(self, but, **contexte):
        return liens.creer(but, timedelta(days=3), **contexte)

    @cached_property
    def jeton_ligne(self) -> str:
        lien = self._lien(
            BUT_LIGNE, utilisateur=self.d.auteur, contexte={"dossier": self.dossier.pk}
        )
        return liens.jeton(lien)

    @cached_property
    def invitation(self):
        return InvitationFabrique(
            reseau=self.d.reseau, structure=self.d.s1, lien=self._lien(BUT_INVITATION)
        )

    @cached_property
    def jeton_invitation(self) -> str:
        return liens.jeton(self.invitation.lien)

    @cached_property
    def jalon(self):
        return JalonFabrique(
            reseau=self.d.reseau, structure=self.d.s1, intitule=f"Jalon {self.marqueur}"
        )

    @cached_property
    def ressource(self):
        return RessourceFabrique(
            reseau=self.d.reseau, auteur=self.d.auteur, titre=f"Fiche {self.marqueur}"
        )

    @cached_property
    def fichier_de_la_ressource(self):
        self.ressource.fichier = garder(b"contenu", nom="note.txt", type_mime="text/plain")
        self.ressource.save(update_fields=["fichier"])
        return self.ressource.fichier

    # --- Les évènements ----------------------------------------------------------------------

    @cached_property
    def evenement(self):
        """Un forum public à venir, prévu par l'auteur."""
        return EvenementFabrique(
            reseau=self.d.reseau,
            nature=NatureEvenement.FORUM,
            intitule=f"Forum {self.marqueur}",
            debut=timezone.now() + timedelta(days=30),
            cree_par=self.d.auteur,
            public=True,
        )

    @cached_property
    def inscription(self):
        return InscriptionFabrique(evenement=self.evenement, utilisateur=self.d.collegue)

    @cached_property
    def exposant(self):
        exposant = Exposant.objects.create(
            evenement=self.evenement, nom="Atelier du Bois", stand="A1"
        )
        exposant.refresh_from_db()
        return exposant

    @cached_property
    def ligne_de_budget(self):
        ligne = LigneBudget.objects.create(
            evenement=self.evenement,
            sens=SensBudget.DEPENSE,
            libelle="Location de salle",
            prevu=150,
        )
        ligne.refresh_from_db()
        return ligne

    @cached_property
    def jeton_a_confirmer(self) -> str:
        contexte = {"evenement": self.evenement.pk, "nom": "Jo", "email": "jo@dehors.test"}
        return liens.jeton(self._lien(BUT_CONFIRMER, contexte=contexte))

    @cached_property
    def jeton_desister(self) -> str:
        contexte = {"inscription": self.inscription.pk}
        return liens.jeton(self._lien(BUT_DESISTER, contexte=contexte))

    @cached_property
    def jeton_avis(self) -> str:
        return liens.jeton(self._lien(BUT_AVIS, contexte={"evenement": self.evenement.pk}))

    @cached_property
    def jeton_agenda(self) -> str:
        return jeton(ouvrir_son_agenda(acteur=acteur_de(self.d.elue)))

    @cached_property
    def emport(self):
        """Un fichier de réseau prêt à être remis."""
        emport = Emport.objects.create(
            reseau=self.d.reseau,
            demande_par=self.d.animatrice,
            motif="Le réseau déménage.",
            etat=EtatEmport.PRET,
        )
        emport.refresh_from_db()
        emport.chemin.parent.mkdir(parents=True, exist_ok=True)
        emport.chemin.write_bytes(b"scelle")
        return emport

    @cached_property
    def mandat_a_finir(self):
        return MandatFabrique(reseau=self.d.reseau, structure=self.d.s1)

    @cached_property
    def mandat_qui_finit(self):
        return MandatFabrique(
            reseau=self.d.reseau,
            structure=self.d.s1,
            periode=DateRange(aujourd_hui(-100), aujourd_hui(20)),
        )

    @cached_property
    def confirmation(self):
        return ConfirmationAnnuelle.objects.create(structure=self.d.s1, demandee_le=aujourd_hui())

    @cached_property
    def jeton_confirmation(self) -> str:
        contexte = {"confirmation": self.confirmation.pk}
        return liens.jeton(
            self._lien(BUT_CONFIRMATION, utilisateur=self.d.auteur, contexte=contexte)
        )

    @cached_property
    def depart(self):
        return DepartSignale.objects.create(
            mandat=self.d.mandats["collegue"],
            confirmation=self.confirmation,
            depuis=aujourd_hui(-3),
            par=self.d.auteur,
        )

    @cached_property
    def lettre(self):
        """Le mandat de la collègue, sa lettre de mission jointe."""
        mandat = self.d.mandats["collegue"]
        mandat.lettre = garder(b"%PDF-1.7 lettre", nom="lettre.pdf")
        mandat.save(update_fields=["lettre"])
        return mandat

    @cached_property
    def courriel(self):
        return Courriel.objects.create(
            genre="compte",
            adresse="quelqu.un@essai.test",
            cle_destinataire="quelqu.un@essai.test",
            periode=self.marqueur,
            message_id=Courriel.identifiant("compte", "quelqu.un@essai.test", self.marqueur),
            sujet=f"Sujet {self.marqueur}",
            corps_texte=f"Corps {self.marqueur}",
            corps_html=f"<p>Corps {self.marqueur}</p>",
            etat=EtatCourriel.ECHEC,
        )
