"""Écrire les récits d'un réseau, par lots, sans passer par les formulaires.

Les mêmes invariants que les formulaires sont vérifiés ensuite (``porteurs.invariants``).
"""

from datetime import timedelta
from random import Random

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from partenaires.demonstration.contexte import Contexte, instant, telephone, uuid_de
from porteurs.coordonnees import cle_nom
from porteurs.demonstration import paroles
from porteurs.demonstration.recit import Recit
from porteurs.demonstration.roles import technicien
from porteurs.demonstration.sujets import a_la_commune
from porteurs.enums import EtatAffectation, EtatRelais, ModeInformation, Origine
from porteurs.models import (
    Action,
    Affectation,
    Dossier,
    DoublonSignale,
    Echange,
    EtapeDossier,
    Financement,
    Installation,
    Participation,
    Porteur,
    Relais,
)
from porteurs.services.acces import indexer, recalculer
from socle.coordonnees import telephone_international
from socle.texte import cle

LOT = 1000
DATER_LES_ETAPES = """
UPDATE porteurs_etapedossier e SET cree_le = timezone(%s, e.le + time '10:00')
  FROM porteurs_dossier d WHERE d.id = e.dossier_id AND d.reseau_id = %s
"""


def ecrire(
    contexte: Contexte, hasard: Random, recits: list[Recit], doublons: list[tuple]
) -> dict[str, Dossier]:
    """Écrit tout et rend les dossiers par référence."""
    plume = _Plume(contexte, hasard, recits)
    plume.dossiers_et_porteurs()
    plume.etapes()
    plume.roles_et_relais()
    plume.echanges_et_actions()
    plume.reussites()
    DoublonSignale.objects.bulk_create(
        DoublonSignale(
            uuid=uuid_de(hasard),
            dossier=plume.dossiers[nouveau.reference],
            autre=plume.dossiers[ancien.reference],
            signale_le=plume.moment(nouveau.ouvert_le),
            traite_le=plume.moment(nouveau.ouvert_le + timedelta(days=1)) if traite else None,
        )
        for ancien, nouveau, traite in doublons
    )
    ids = [d.pk for d in plume.dossiers.values()]
    indexer(ids)
    recalculer(ids)
    return plume.dossiers


class _Plume:
    def __init__(self, contexte: Contexte, hasard: Random, recits: list[Recit]):
        self.contexte, self.hasard, self.recits = contexte, hasard, recits
        self.reseau = recits[0].reseau
        self.dossiers: dict[str, Dossier] = {}

    def moment(self, jour):
        """Une heure de bureau de ce jour-là, dans le fuseau du réseau."""
        return instant(
            self.reseau, jour, self.hasard.randint(9, 16), self.hasard.choice((5, 20, 40, 50))
        )

    def par(self, recit: Recit, jour):
        mandat = technicien(self.contexte, self.hasard, recit, recit.responsable_le(jour), jour)
        return mandat.utilisateur

    def dossiers_et_porteurs(self) -> None:
        ecrits = Dossier.objects.bulk_create([self._dossier(r) for r in self.recits], LOT)
        self.dossiers = {d.reference: d for d in ecrits}
        rangs: dict[tuple, int] = {}
        attaches = []
        for recit in self.recits:
            for rang, (prenom, nom) in enumerate(recit.prenoms, start=1):
                numero = rangs.setdefault((prenom, nom), len(rangs) + 1)
                attaches.append((recit, rang, self._porteur(prenom, nom, numero)))
        Porteur.objects.bulk_create([porteur for _, _, porteur in attaches], LOT)
        Participation.objects.bulk_create(
            [
                Participation(dossier=self.dossiers[r.reference], porteur=porteur, rang=rang)
                for r, rang, porteur in attaches
            ],
            LOT,
        )

    def _dossier(self, recit: Recit) -> Dossier:
        informe = recit.informe_le is not None
        commune = recit.commune
        return Dossier(
            uuid=uuid_de(self.hasard),
            reference=recit.reference,
            reseau=self.reseau,
            structure_responsable=recit.responsable,
            intitule=f"{recit.sujet.intitule} {a_la_commune(commune.nom)}"[:160],
            nature=recit.sujet.nature,
            secteur=recit.sujet.secteur,
            commune=commune,
            etape=recit.etape,
            etape_depuis=recit.etapes[-1][1],
            prochaine_etape="" if recit.clos else self.hasard.choice(paroles.PROCHAINES),
            informe_le=recit.informe_le,
            information_mode=self.hasard.choice(ModeInformation.values) if informe else "",
            opposition_le=recit.opposition_le,
            ouvert_le=recit.ouvert_le,
            clos_le=recit.derniere if recit.clos else None,
            dernier_contact_le=recit.derniere,
            activite_le=self.moment(recit.derniere),
            ouvert_par=self.par(recit, recit.ouvert_le),
        )

    def _porteur(self, prenom: str, nom: str, numero: int) -> Porteur:
        saisi = telephone("06 39 98", numero)
        return Porteur(
            uuid=uuid_de(self.hasard),
            reseau=self.reseau,
            prenom=prenom,
            nom=nom,
            cle_nom=cle_nom(prenom, nom),
            email=f"{cle(prenom)}.{cle(nom)}@courriel.invalid".replace(" ", "-"),
            telephone_saisi=saisi,
            telephone=telephone_international(saisi),
        )

    def etapes(self) -> None:
        EtapeDossier.objects.bulk_create(
            [
                EtapeDossier(
                    dossier=self.dossiers[r.reference],
                    etape=etape,
                    le=le,
                    motif=motif,
                    par=self.par(r, le),
                )
                for r in self.recits
                for etape, le, motif in r.etapes
            ],
            LOT,
        )
        # ``auto_now_add`` ne connaît que l'instant présent : la saisie est du jour du fait.
        with connection.cursor() as curseur:
            curseur.execute(DATER_LES_ETAPES, [self.reseau.fuseau, self.reseau.pk])

    def roles_et_relais(self) -> None:
        affectations, relais = [], []
        for recit in self.recits:
            dossier = self.dossiers[recit.reference]
            affectations += [self._affectation(dossier, recit, role) for role in recit.roles]
            relais += [self._relais(dossier, recit, passage) for passage in recit.passages]
        Affectation.objects.bulk_create(affectations, LOT)
        Relais.objects.bulk_create(relais, LOT)

    def _affectation(self, dossier: Dossier, recit: Recit, role) -> Affectation:
        repondue = None
        if role.etat != EtatAffectation.PROPOSEE:
            repondue = self.moment(role.du or role.propose_le)
        auteur = self.par(recit, role.propose_le)
        return Affectation(
            uuid=uuid_de(self.hasard),
            dossier=dossier,
            role=role.role,
            utilisateur=role.mandat.utilisateur,
            structure=role.mandat.structure,
            etat=role.etat,
            periode=DateRange(role.du, role.au) if role.du else None,
            motif=role.motif,
            # On ne se propose pas à soi-même : se proposer, c'est accepter.
            proposee_par=None if auteur == role.mandat.utilisateur else auteur,
            proposee_le=self.moment(role.propose_le)
            if repondue is None
            else min(self.moment(role.propose_le), repondue),
            repondue_le=repondue,
        )

    def _relais(self, dossier: Dossier, recit: Recit, passage) -> Relais:
        attend = passage.etat == EtatRelais.PROPOSE
        resume = self.hasard.choice(paroles.RESUMES).format(prenom=recit.prenoms[0][0])
        return Relais(
            uuid=uuid_de(self.hasard),
            dossier=dossier,
            de=passage.de,
            vers=passage.vers,
            resume=resume,
            etat=passage.etat,
            propose_par=passage.propose_par.utilisateur,
            propose_le=self.moment(passage.propose_le),
            repondu_par=passage.reponse_par.utilisateur if passage.reponse_par else None,
            repondu_le=None if attend else self.moment(passage.reponse_le),
            motif=passage.motif,
        )

    def echanges_et_actions(self) -> None:
        echanges, actions, creations = [], [], []
        for recit in self.recits:
            dossier = self.dossiers[recit.reference]
            for parole in recit.paroles:
                echanges.append(
                    Echange(
                        uuid=uuid_de(self.hasard),
                        dossier=dossier,
                        auteur=parole.mandat.utilisateur,
                        structure=parole.mandat.structure,
                        nature=parole.nature,
                        audience=parole.audience,
                        le=parole.le,
                        texte=parole.texte,
                        cree_le=self.moment(parole.le),
                    )
                )
            for tache in recit.taches:
                creations.append(self.moment(tache.cree_le))
                actions.append(
                    Action(
                        uuid=uuid_de(self.hasard),
                        dossier=dossier,
                        libelle=tache.libelle[:200],
                        responsable=tache.mandat.utilisateur,
                        echeance=tache.echeance,
                        faite_le=tache.faite_le,
                    )
                )
        Echange.objects.bulk_create(echanges, LOT)
        for action, creee in zip(Action.objects.bulk_create(actions, LOT), creations, strict=True):
            action.cree_le = creee
        Action.objects.bulk_update(actions, ["cree_le"], LOT)

    def reussites(self) -> None:
        Financement.objects.bulk_create(
            [
                Financement(
                    uuid=uuid_de(self.hasard),
                    dossier=self.dossiers[r.reference],
                    nature=s.nature,
                    structure=s.structure,
                    montant=s.montant,
                    accorde_le=s.le,
                    concours=s.concours,
                )
                for r in self.recits
                for s in r.soutiens
            ],
            LOT,
        )
        Installation.objects.bulk_create(
            [self._installation(r) for r in self.recits if r.installe_le], LOT
        )

    def _installation(self, recit: Recit) -> Installation:
        ailleurs = recit.sujet.familial or self.hasard.random() < 0.52
        return Installation(
            dossier=self.dossiers[recit.reference],
            le=recit.installe_le,
            commune=recit.commune,
            adultes=max(len(recit.prenoms), self.hasard.choice((1, 2))),
            enfants=self.hasard.choice((0, 0, 1, 2, 2, 3)),
            emplois=self.hasard.choice((1, 1, 1, 2, 2, 3)),
            origine=Origine.AILLEURS if ailleurs else Origine.LOCALE,
        )
