"""Les ressources de la démonstration : de quoi chercher, lire, et se répondre."""

from datetime import timedelta

from partenaires.demonstration.contexte import Contexte, instant, uuid_de
from partenaires.demonstration.personnes import DOMAINE
from partenaires.demonstration.structures import AUVERGNE, LIVRADOIS
from partenaires.enums import NatureRessource
from partenaires.models import QuestionRessource, Ressource, VersionRessource

N = NatureRessource
# Réseau, nature, jours, auteur, titre, résumé, mots-clés, texte, lien.
RESSOURCES = [
    (
        LIVRADOIS,
        N.FICHE,
        20,
        "animatrice",
        "Recevoir quelqu’un qui arrive : les dix premières minutes",
        "Ce qu’on demande, ce qu’on ne demande pas, et à qui l’on transmet.",
        ["premier accueil", "mairie"],
        "# Avant tout, écouter\n- Laisser raconter le projet, sans formulaire.\n- Demander ce qui "
        "presse : un logement, une date, une école.\n\n# Ensuite, transmettre\n- Dire à la personne "
        "ce qui sera noté et qui le lira.\n- Signaler le jour même, même si tout n’est pas clair.\n"
        "- Donner un nom, pas un standard.\n\n# Ne pas faire\n- Promettre un local ou une aide.\n"
        "- Noter une maladie, une opinion, une difficulté de famille.",
        "",
    ),
    (
        LIVRADOIS,
        N.CAS,
        75,
        "technicienne.ambert",
        "Une boulangerie reprise avec son logement : ce qui a pris du temps",
        "Neuf mois entre la première visite et l’ouverture, étape par étape.",
        ["reprise", "logement", "commerce"],
        "# Les étapes\n- Mars : première visite, le fonds et le logement vendus ensemble.\n- Avril à "
        "juin : trois banques, deux refus, un prêt d’honneur.\n- Septembre : école trouvée pour les "
        "enfants.\n- Décembre : ouverture.\n\n# Ce que nous referions\n- Chercher le logement de "
        "passage dès le premier mois.\n- Faire venir le conjoint à la deuxième visite.",
        "",
    ),
    (
        LIVRADOIS,
        N.MODELE,
        130,
        "animatrice",
        "Lettre type : proposer un parrainage",
        "Une page à adapter, pour demander à un chef d’entreprise d’accompagner un porteur.",
        ["parrain", "courrier"],
        "Madame, Monsieur,\n\nUne personne prépare son installation dans votre métier, près de chez "
        "vous. Votre expérience lui serait précieuse : une rencontre par trimestre, pendant un an.\n\n"
        "Vous seriez présenté par nos soins, et vous restez libre d’arrêter à tout moment.",
        "",
    ),
    (
        AUVERGNE,
        N.FICHE,
        48,
        "coordination.region",
        "Repérer un départ deux ans avant",
        "Médecin, boulanger, agriculteur : les signes, et qui prévenir.",
        ["transmission", "cédant", "médecin"],
        "# Les signes\n- Plus d’investissement depuis trois ans.\n- Des horaires qui se réduisent.\n\n"
        "# Qui prévenir\n- L’intercommunalité d’abord, la chambre ensuite.",
        "",
    ),
    (
        LIVRADOIS,
        N.VEILLE,
        9,
        "technicien.cci",
        "Zonage de revitalisation : ce qui change pour les reprises",
        "L’essentiel pour répondre à un repreneur, avec le texte officiel.",
        ["fiscalité", "reprise"],
        "L’exonération s’apprécie à la date de la reprise, et non de la demande. Renvoyez toujours "
        "vers le service des impôts pour une réponse écrite.",
        "https://www.legifrance.gouv.fr/",
    ),
]


def construire(contexte: Contexte) -> None:
    hasard = contexte.hasard("ressources")
    auteurs = {
        adresse: contexte.mandat_de(f"{adresse}@{DOMAINE}").utilisateur
        for adresse in {r[3] for r in RESSOURCES}
    }
    faites = []
    for slug, nature, age, auteur, titre, resume, mots, texte, lien in RESSOURCES:
        reseau = contexte.reseaux[slug]
        faites.append(
            Ressource(
                uuid=uuid_de(hasard),
                reseau=reseau,
                nature=nature,
                titre=titre,
                resume=resume,
                mots_cles=mots,
                mots_cles_texte=" ".join(mots),
                texte=texte,
                lien=lien,
                pour_les_enfants=slug == AUVERGNE,
                auteur=auteurs[auteur],
                modifiee_le=instant(reseau, contexte.jour - timedelta(days=age), 10),
            )
        )
    faites[0].numero = 2
    Ressource.objects.bulk_create(faites)
    premiere = faites[0]
    VersionRessource.objects.create(
        ressource=premiere,
        numero=1,
        titre=premiere.titre,
        resume=premiere.resume,
        texte="- Laisser raconter le projet.\n- Transmettre le jour même.",
        auteur=premiere.auteur,
        ecrite_le=premiere.modifiee_le - timedelta(days=200),
    )
    question = QuestionRessource.objects.create(
        uuid=uuid_de(hasard),
        ressource=premiere,
        auteur=auteurs["technicienne.ambert"],
        texte="Que répondre quand la personne demande tout de suite un local ?",
        cree_le=premiere.modifiee_le + timedelta(days=2),
    )
    QuestionRessource.objects.create(
        uuid=uuid_de(hasard),
        ressource=premiere,
        question=question,
        auteur=auteurs["animatrice"],
        texte="Lui montrer la bourse, et dire qui l’appellera sous cinq jours pour en parler.",
        cree_le=premiere.modifiee_le + timedelta(days=3),
    )
