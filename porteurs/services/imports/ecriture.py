"""Écrire tout un tableau, en une transaction : tout entre, ou rien.

Les dossiers neufs entrent fermés au réseau : la personne n'a encore rien su. Ceux qu'on met à jour
gardent, ligne par ligne, de quoi redevenir exactement ce qu'ils étaient.
"""

import json
from collections.abc import Callable
from datetime import date, datetime, time

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from porteurs.coordonnees import cle_nom
from porteurs.enums import (
    SORTIES,
    Audience,
    Etape,
    EtatAffectation,
    NatureEchange,
    OrigineDossier,
    RoleAffectation,
)
from porteurs.invariants import acces as verifier_les_acces
from porteurs.invariants import verifier_les_regles
from porteurs.models import (
    Acces,
    Affectation,
    Dossier,
    Echange,
    EtapeDossier,
    ImportDossiers,
    LigneImport,
    Participation,
    Porteur,
)
from porteurs.models.imports import EtatImport, EtatLigne
from porteurs.services.acces import indexer, recalculer
from porteurs.services.adresses import changer_adresse
from porteurs.services.dossier import prochaine_reference
from porteurs.services.imports.doublons import signaler
from porteurs.services.imports.empreintes import empreintes
from porteurs.services.imports.lignes import LOT, Lecture, depouiller, marquer, remettre
from porteurs.services.imports.rapprochement import Existant, changements, etape_le
from porteurs.services.imports.verification import Lecteur
from socle.coordonnees import telephone_international
from socle.historique import geste
from socle.refus import Refus

# Ce que l'import change d'un dossier et d'une personne déjà là, et que le défaire rend.
DU_DOSSIER = (
    "intitule", "nature", "secteur", "commune_id", "etape", "etape_depuis", "clos_le",
    "dernier_contact_le", "activite_le", "revision",
)  # fmt: skip
DU_PORTEUR = ("prenom", "nom", "cle_nom", "email", "telephone_saisi", "telephone", "naissance")
A_CHANGE = (
    "Des dossiers ont changé depuis la relecture\u00a0: rien n’est écrit. Le tableau vient d’être relu, "
    "vérifiez-le de nouveau."
)
# Dossiers d'un lot dont les accès sont recomptés par la règle écrite en clair.
TEMOINS = 100
MOTIF = "Indiqué ainsi dans le tableau repris."


def ecrire(import_dossiers: ImportDossiers, avancer: Callable[[int], None]) -> None:
    """Écrit toutes les lignes. Lève ``Refus`` ; dans ce cas rien n'est écrit."""
    try:
        with (
            geste("porteurs.tasks.mener_les_imports", utilisateur=import_dossiers.par_id),
            transaction.atomic(),
        ):
            _Plume(import_dossiers, avancer).ecrire()
    except IntegrityError:
        raise Refus(A_CHANGE) from None


class _Plume:
    def __init__(self, import_dossiers: ImportDossiers, avancer: Callable[[int], None]):
        self.import_dossiers, self.avancer = import_dossiers, avancer
        self.reseau, self.structure = import_dossiers.reseau, import_dossiers.structure
        self.lecteur = Lecteur(import_dossiers)
        self.jour = self.lecteur.jour
        self.maintenant = timezone.now()
        self.faites = 0
        # Un petit tableau ne fausse rien.
        self.a_mesurer = LOT

    def ecrire(self) -> None:
        premiere = prochaine_reference(self.reseau, self.jour)
        self.rang = int(premiere.partition("-")[2])
        for etat, poser in (
            (EtatLigne.NOUVELLE, self._ouvrir),
            (EtatLigne.MODIFIEE, self._mettre_a_jour),
        ):
            for lignes in par_lots(self.import_dossiers, etat):
                poser(lignes)
                self.faites += len(lignes)
                self._mesurer()
                self.avancer(self.faites)
        self._finir()

    def _mesurer(self) -> None:
        """Dit à la base ce qui vient d'entrer : elle croit sinon ces tables vides, et les parcourt.

        Elle ne l'apprend d'elle-même qu'après la validation ; au premier lot, puis à chaque doublement.
        """
        if self.faites < self.a_mesurer:
            return
        self.a_mesurer = 2 * self.faites
        with connection.cursor() as curseur:
            for modele in (
                Dossier,
                Porteur,
                Participation,
                EtapeDossier,
                Echange,
                Affectation,
                Acces,
            ):
                curseur.execute(f"ANALYZE {modele._meta.db_table}")

    def _relire(self, lignes: list[LigneImport]) -> list[Lecture]:
        """La même lecture qu'à l'aperçu : un écart, c'est que le monde a bougé."""
        lectures = self.lecteur.lire(lignes)
        if any(x.erreurs or x.etat != x.ligne.etat for x in lectures):
            raise Refus(A_CHANGE)
        return lectures

    # --- Les dossiers neufs --------------------------------------------------------------------

    def _ouvrir(self, lignes: list[LigneImport]) -> None:
        lectures = self._relire(lignes)
        dossiers = Dossier.objects.bulk_create(self._dossier(x.valeurs) for x in lectures)
        porteurs = Porteur.objects.bulk_create(self._porteur(x.valeurs) for x in lectures)
        couples = list(zip(dossiers, lectures, strict=True))
        Participation.objects.bulk_create(
            Participation(dossier=d, porteur=p, rang=1)
            for d, p in zip(dossiers, porteurs, strict=True)
        )
        EtapeDossier.objects.bulk_create(e for d, _ in couples for e in self._etapes(d))
        Echange.objects.bulk_create(
            self._note(d, x.valeurs["note"]) for d, x in couples if "note" in x.valeurs
        )
        Affectation.objects.bulk_create(
            self._referent(d, x.valeurs["referent"])
            for d, x in couples
            if "referent" in x.valeurs and d.ouvert
        )
        for dossier, lecture in couples:
            lecture.ligne.dossier_id = dossier.pk
        self._conclure([d.pk for d in dossiers], lignes)
        signaler(self.import_dossiers, [d.pk for d in dossiers])

    def _dossier(self, valeurs: dict) -> Dossier:
        ouvert, etape, depuis, contact = jours(valeurs, self.jour)
        reference = f"{self.jour.year}-{self.rang:04d}"
        self.rang += 1
        partenaire = valeurs.get("reference", "")
        midi = timezone.make_aware(datetime.combine(contact, time(12)))
        return Dossier(
            reference=reference,
            reference_partenaire=partenaire,
            reference_de=self.structure if partenaire else None,
            reseau=self.reseau,
            structure_responsable=self.structure,
            intitule=valeurs["intitule"],
            nature=valeurs.get("nature") or self.import_dossiers.reglages["nature"],
            secteur=valeurs.get("secteur", ""),
            commune_id=valeurs["commune"],
            etape=etape,
            etape_depuis=depuis,
            origine=OrigineDossier.REPRISE,
            ouvert_le=ouvert,
            clos_le=depuis if etape in SORTIES else None,
            dernier_contact_le=contact,
            activite_le=min(midi, self.maintenant),
            ouvert_par_id=self.import_dossiers.par_id,
        )

    def _porteur(self, valeurs: dict) -> Porteur:
        telephone = valeurs.get("telephone", "")
        return Porteur(
            reseau=self.reseau,
            prenom=valeurs["prenom"],
            nom=valeurs["nom"],
            cle_nom=cle_nom(valeurs["prenom"], valeurs["nom"]),
            email=valeurs.get("email", ""),
            telephone_saisi=telephone,
            telephone=telephone_international(telephone),
            naissance=valeurs.get("naissance"),
        )

    def _etapes(self, dossier: Dossier) -> list[EtapeDossier]:
        franchies = [(Etape.IDEE, dossier.ouvert_le)]
        if dossier.etape != Etape.IDEE:
            franchies.append((dossier.etape, dossier.etape_depuis))
        return [self._etape(dossier, etape, le) for etape, le in franchies]

    def _etape(self, dossier: Dossier, etape: str, le: date) -> EtapeDossier:
        return EtapeDossier(
            dossier=dossier,
            etape=etape,
            le=le,
            motif=MOTIF if etape in SORTIES else "",
            par_id=self.import_dossiers.par_id,
        )

    def _note(self, dossier: Dossier, texte: str) -> Echange:
        """Datée du dernier contact : recopier un tableau n'en est pas un."""
        return Echange(
            dossier=dossier,
            auteur_id=self.import_dossiers.par_id,
            structure=self.structure,
            nature=NatureEchange.NOTE,
            audience=Audience.EQUIPE,
            le=dossier.dernier_contact_le,
            texte=texte,
        )

    def _referent(self, dossier: Dossier, utilisateur: int) -> Affectation:
        par = self.import_dossiers.par_id
        return Affectation(
            dossier=dossier,
            role=RoleAffectation.REFERENT,
            utilisateur_id=utilisateur,
            structure=self.structure,
            etat=EtatAffectation.ACCEPTEE,
            periode=DateRange(self.jour, None),
            proposee_par_id=None if par == utilisateur else par,
            proposee_le=self.maintenant,
            repondue_le=self.maintenant,
        )

    # --- Les dossiers déjà là ------------------------------------------------------------------

    def _mettre_a_jour(self, lignes: list[LigneImport]) -> None:
        ids = [ligne.dossier_id for ligne in lignes]
        reserves = Dossier.objects.select_for_update(of=("self",)).sans_vecteurs()
        dossiers = {d.pk: d for d in reserves.filter(pk__in=ids).order_by("pk")}
        touches = Participation.objects.filter(dossier__in=ids, rang=1).values("porteur")
        list(Porteur.objects.select_for_update(of=("self",)).filter(pk__in=touches).order_by("pk"))
        lectures = self._relire(lignes)
        existant = Existant(dossiers.values())
        etapes, notes, roles = [], [], []
        for lecture in lectures:
            dossier = dossiers[lecture.dossier]
            porteur = existant.porteurs[dossier.pk]
            changes = changements(lecture, dossier, existant, self.jour)
            lecture.ligne.dossier_id = dossier.pk
            lecture.ligne.avant = {"changes": changes}
            valeurs = lecture.valeurs
            self._changer(dossier, porteur, valeurs, changes)
            if "etape" in changes:
                etapes.append(self._etape(dossier, dossier.etape, dossier.etape_depuis))
            if "commentaire" in changes:
                notes.append(self._note(dossier, valeurs["note"]))
            if "referent" in changes and dossier.ouvert:
                roles.append(self._referent(dossier, valeurs["referent"]))
        avant = _lignes_de("porteurs_dossier", DU_DOSSIER, ids)
        porteurs = {p.pk: p for p in existant.porteurs.values()}
        avant_porteur = _lignes_de("porteurs_porteur", DU_PORTEUR, list(porteurs))
        crees = {
            "etapes": EtapeDossier.objects.bulk_create(etapes),
            "echanges": Echange.objects.bulk_create(notes),
            "affectations": Affectation.objects.bulk_create(roles),
        }
        _garder("porteurs_dossier", DU_DOSSIER, dossiers.values())
        _garder("porteurs_porteur", DU_PORTEUR, porteurs.values())
        for ligne in lignes:
            porteur = existant.porteurs[ligne.dossier_id]
            ligne.avant |= {
                "dossier": avant[ligne.dossier_id],
                "porteur": {"id": porteur.pk} | avant_porteur[porteur.pk],
            }
            for nom, objets in crees.items():
                ligne.avant[nom] = [o.pk for o in objets if o.dossier_id == ligne.dossier_id]
        autres = Participation.objects.filter(porteur__in=porteurs).values_list(
            "dossier", flat=True
        )
        self._conclure(sorted({*ids, *autres}), lignes)

    def _changer(self, dossier: Dossier, porteur: Porteur, valeurs: dict, changes) -> None:
        for champ in changes:
            if champ == "email":
                changer_adresse(porteur, valeurs[champ], structures=[self.structure.pk])
            elif champ in ("prenom", "nom", "naissance"):
                setattr(porteur, champ, valeurs[champ])
            elif champ == "telephone":
                porteur.telephone_saisi = valeurs[champ]
                porteur.telephone = telephone_international(valeurs[champ])
            elif champ in ("intitule", "nature", "secteur"):
                setattr(dossier, champ, valeurs[champ])
            elif champ == "commune":
                dossier.commune_id = valeurs[champ]
            elif champ == "contact_le":
                dossier.dernier_contact_le = date.fromisoformat(valeurs[champ])
        porteur.cle_nom = cle_nom(porteur.prenom, porteur.nom)
        if "etape" in changes:
            dossier.etape_depuis = etape_le(valeurs, dossier, self.jour)
            dossier.etape = valeurs["etape"]
            dossier.clos_le = dossier.etape_depuis if dossier.etape in SORTIES else None
            dossier.dernier_contact_le = max(dossier.dernier_contact_le, dossier.etape_depuis)
        dossier.revision += 1
        dossier.activite_le = self.maintenant

    # --- Conclure ------------------------------------------------------------------------------

    def _conclure(self, ids: list[int], lignes: list[LigneImport]) -> None:
        """Les accès, la recherche, les règles ; puis la ligne se dépouille de ce qu'elle disait."""
        recalculer(ids)
        indexer(ids)
        # Les accès de tout un lot sortent d'une seule requête : en recompter un sur dix suffit.
        temoins = Dossier.objects.filter(pk__in=ids[:: max(1, len(ids) // TEMOINS)])
        if fautes := verifier_les_regles(ids) + verifier_les_acces(temoins):
            raise Refus(
                f"Ces données ne tiennent pas ensemble\u00a0: {fautes[0]} Rien n’est écrit."
            )
        depouiller(lignes)

    def _finir(self) -> None:
        # Deux lignes peuvent toucher une même personne : les empreintes se prennent à la fin.
        for etat in (EtatLigne.NOUVELLE, EtatLigne.MODIFIEE):
            for lignes in par_lots(self.import_dossiers, etat):
                marquer(lignes, empreintes([ligne.dossier_id for ligne in lignes]))
        LigneImport.objects.filter(
            import_dossiers=self.import_dossiers, etat=EtatLigne.INCHANGEE
        ).update(saisie=[], valeurs={}, remarques={}, repere="")
        ecrits = ImportDossiers.objects.filter(
            pk=self.import_dossiers.pk, etat=EtatImport.ECRITURE
        ).update(
            etat=EtatImport.TERMINE, importe_le=self.maintenant, message="", signe_le=timezone.now()
        )
        if not ecrits:
            raise Refus("Cet import n’est plus à écrire.")


def par_lots(import_dossiers: ImportDossiers, etat: str):
    """Les lignes de cet état, par lots, dans l'ordre du tableau : la mémoire reste plate."""
    dernier = 0
    while True:
        lignes = list(
            LigneImport.objects.filter(
                import_dossiers=import_dossiers, etat=etat, numero__gt=dernier
            ).order_by("numero")[:LOT]
        )
        if not lignes:
            return
        dernier = lignes[-1].numero
        yield lignes


def jours(valeurs: dict, jour: date) -> tuple[date, str, date, date]:
    """Ouvert le, étape, depuis quand, dernier contact : ce que le tableau laisse à deviner."""
    dits = {
        champ: date.fromisoformat(valeurs[champ])
        for champ in ("ouvert_le", "contact_le", "etape_le")
        if champ in valeurs
    }
    ouvert = dits.get("ouvert_le") or min([*dits.values(), jour])
    etape = valeurs.get("etape") or Etape.IDEE
    contact = dits.get("contact_le", ouvert)
    depuis = ouvert if etape == Etape.IDEE else dits.get("etape_le", contact)
    return ouvert, etape, depuis, max(contact, depuis)


def _garder(table: str, colonnes: tuple[str, ...], objets) -> None:
    remettre(table, colonnes, [{c: getattr(o, c) for c in ("id", *colonnes)} for o in objets])


def _lignes_de(table: str, colonnes: tuple[str, ...], ids: list[int]) -> dict[int, dict]:
    """Ces colonnes telles que la base les écrit : de quoi les remettre au caractère près."""
    paires = ", ".join(f"'{c}', t.{c}" for c in colonnes)
    with connection.cursor() as curseur:
        curseur.execute(
            f"SELECT t.id, jsonb_build_object({paires})::text FROM {table} t WHERE t.id = ANY(%s)",  # noqa: S608
            [ids],
        )
        return {pk: json.loads(ligne) for pk, ligne in curseur.fetchall()}
