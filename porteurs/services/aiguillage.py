"""À quel réseau va une demande, et à quelle structure : toujours quelqu'un, jamais un refus."""

from collections.abc import Iterable

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Value, When

from partenaires.couverture import lire_couverture
from partenaires.enums import Etape, Module
from partenaires.models import Commune, Reseau, ReseauCommune, Structure
from porteurs.models import Demande
from porteurs.services import permanences


def reseaux_de(commune: Commune) -> list[Reseau]:
    """Les réseaux d'accueil de cette commune, par nom ; s'il n'y en a pas, le parent le plus proche.

    Un réseau parent qui la couvre aussi s'efface devant l'enfant qui y accueille. Vide seulement
    quand l'installation n'a encore aucun réseau.
    """
    couvrent = list(
        Reseau.objects.filter(
            Exists(ReseauCommune.objects.filter(reseau=OuterRef("pk"), commune=commune)),
            modules__contains=[Module.DOSSIERS],
        ).order_by("nom", "pk")
    )
    ancetres = _ancetres(couvrent)
    proches = [r for r in couvrent if r.pk not in ancetres]
    if proches:
        return proches
    parent = parent_le_plus_proche(commune)
    return [parent] if parent else []


def _ancetres(reseaux: Iterable[Reseau]) -> set[int]:
    """Les parents de ces réseaux, et les parents de leurs parents."""
    parents = dict(Reseau.objects.exclude(parent=None).values_list("pk", "parent_id"))
    trouves: set[int] = set()
    for reseau in reseaux:
        pk = reseau.pk
        while (pk := parents.get(pk)) and pk not in trouves:
            trouves.add(pk)
    return trouves


def parent_le_plus_proche(commune: Commune) -> Reseau | None:
    """Le réseau parent qui couvre la commune, sinon celui du département, sinon de la région.

    « Couvre » vaut pour ses propres communes et pour celles de ses enfants. Sans parent nulle part,
    le réseau le plus proche répond : personne n'est renvoyé.
    """
    ici = Q(couvertures__commune=commune)
    departement = Q(couvertures__commune__departement=commune.departement_id)
    region = Q(couvertures__commune__departement__region=commune.departement.region_id)
    distance = Case(
        When(_l_un_d_eux(ici), then=0),
        When(_l_un_d_eux(departement), then=1),
        When(_l_un_d_eux(region), then=2),
        default=3,
        output_field=IntegerField(),
    )
    a_des_enfants = Exists(Reseau.objects.filter(parent=OuterRef("pk")))
    return (
        Reseau.objects.annotate(
            distance=distance,
            simple=Case(
                When(a_des_enfants, then=Value(0)), default=Value(1), output_field=IntegerField()
            ),
        )
        .order_by("simple", "distance", "nom", "pk")
        .first()
    )


def _l_un_d_eux(condition: Q):
    """Le réseau lui-même, ou l'un de ses enfants, répond à cette condition."""
    return Exists(
        Reseau.objects.filter(condition).filter(Q(pk=OuterRef("pk")) | Q(parent=OuterRef("pk")))
    )


def structure_pour(reseau: Reseau, commune: Commune) -> Structure | None:
    """La permanence d'abord, puis qui accueille les idées dans cette commune, puis la coordination.

    Rien quand personne ne peut la recevoir : l'animation du réseau la lit et la confie.
    """
    recevantes = {s.pk: s for s in permanences.qui_recoivent(reseau)}
    de_permanence = permanences.suivante(reseau, commune.epci_id, set(recevantes))
    if de_permanence is not None:
        return de_permanence
    accueille = _premier_accueil(reseau, commune, recevantes)
    if accueille is not None:
        return accueille
    return recevantes.get(reseau.structure_coordinatrice_id)


def _premier_accueil(reseau: Reseau, commune: Commune, recevantes: dict) -> Structure | None:
    """Parmi celles qui servent la commune dès l'idée : la plus locale, puis celle qui sait le plus
    de choses, puis la moins chargée."""
    couverture = lire_couverture(reseau)
    bit = couverture.masque([commune.pk])
    themes: dict[int, int] = {}
    communes: dict[int, int] = {}
    for theme in couverture.themes:
        for profil in couverture.profils_de(couverture.presents.get((theme.pk, Etape.IDEE), 0)):
            pk = profil.structure_id
            if profil.lieux & bit and pk in recevantes:
                themes[pk] = themes.get(pk, 0) + 1
                communes[pk] = max(communes.get(pk, 0), profil.lieux.bit_count())
    if not themes:
        return None
    attentes = dict(
        Demande.objects.en_attente()
        .filter(reseau=reseau, structure__in=themes)
        .order_by()
        .values_list("structure")
        .annotate(Count("pk"))
    )
    return recevantes[
        min(themes, key=lambda pk: (communes[pk], -themes[pk], attentes.get(pk, 0), pk))
    ]


def autres_reseaux(demande: Demande) -> list[Reseau]:
    """À qui d'autre elle peut aller : les réseaux de sa commune, le parent, les enfants."""
    reseau = demande.reseau
    possibles = {r.pk: r for r in reseaux_de(demande.commune)}
    voisins = Reseau.objects.filter(Q(pk=reseau.parent_id) | Q(parent=reseau.pk))
    possibles |= {r.pk: r for r in voisins}
    possibles.pop(reseau.pk, None)
    return sorted(possibles.values(), key=lambda r: (r.nom, r.pk))
