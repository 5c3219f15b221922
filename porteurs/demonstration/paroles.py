"""Ce que les gens de la démonstration écrivent. Des faits, jamais la santé ni une opinion."""

# ruff: noqa: E501 — une phrase par ligne se relit mieux qu'une phrase coupée

from porteurs.enums import Etape
from porteurs.enums import NatureEchange as N

# Par étape : (nature, texte). {prenom} est le porteur, {lieu} « à Ambert ».
ECHANGES: dict[str, list[tuple[str, str]]] = {
    Etape.IDEE: [
        (
            N.RENCONTRE,
            "Premier rendez-vous. {prenom} présente le projet, encore ouvert sur le lieu. Je lui ai remis le guide d’accueil et expliqué qui fait quoi dans le réseau.",
        ),
        (
            N.APPEL,
            "{prenom} a appelé après avoir vu l’annonce du forum. Souhaite s’installer {lieu} d’ici un an et cherche par où commencer.",
        ),
        (
            N.RENCONTRE,
            "Reçu {prenom} en permanence. Expérience solide dans le métier, pas encore d’idée du budget. Nous convenons d’écrire le projet sur une page.",
        ),
        (
            N.COURRIEL,
            "Message reçu par le formulaire du réseau. Répondu dans la journée, rendez-vous proposé la semaine prochaine.",
        ),
        (
            N.APPEL,
            "Appel de la mairie, qui a rencontré {prenom} au marché. Je rappelle pour prendre le temps d’écouter le projet.",
        ),
        (
            N.RENCONTRE,
            "Visite du bourg avec {prenom} : école, commerces, arrêt de car. Deux questions restent : le local et le logement.",
        ),
        (
            N.NOTE,
            "Le projet tient en une idée claire. Reste à vérifier la clientèle de passage hors saison.",
        ),
        (
            N.APPEL,
            "Fait le point sur les dispositifs possibles. {prenom} garde son emploi jusqu’au printemps.",
        ),
    ],
    Etape.ETUDE: [
        (
            N.RENCONTRE,
            "Revue de l’étude de marché. Les chiffres de fréquentation viennent de l’office de tourisme. À compléter par une enquête auprès des habitants.",
        ),
        (
            N.NOTE,
            "{prenom} a rencontré trois professionnels du même métier. L’un d’eux accepte de l’accueillir une semaine en immersion.",
        ),
        (
            N.APPEL,
            "Discuté des deux emplacements possibles {lieu}. Le premier est mieux placé, le second demande moins de travaux.",
        ),
        (
            N.RENCONTRE,
            "Visite d’un local communal de 60 m². Loyer modéré, vitrine à refaire. La mairie donne sa réponse le mois prochain.",
        ),
        (
            N.COURRIEL,
            "Envoyé la trame du dossier et deux exemples de prévisionnels. Retour attendu sous quinze jours.",
        ),
        (
            N.RENCONTRE,
            "Travail sur les prix de vente. Le seuil de rentabilité paraît atteignable la deuxième année.",
        ),
        (
            N.NOTE,
            "La concurrence la plus proche est à vingt-cinq minutes. Le projet répond à un vrai manque.",
        ),
        (
            N.APPEL,
            "{prenom} hésite entre microentreprise et coopérative d’activités. Rendez-vous pris pour comparer.",
        ),
    ],
    Etape.MONTAGE: [
        (
            N.RENCONTRE,
            "Prévisionnel sur trois ans relu ensemble. Il manque les charges de chauffage et une marge de prudence.",
        ),
        (
            N.RENCONTRE,
            "Rendez-vous à trois avec le propriétaire du local. Accord de principe sur un bail commercial et deux mois de gratuité pour travaux.",
        ),
        (
            N.COURRIEL,
            "Devis d’aménagement reçus. L’écart entre les deux artisans vient de l’isolation ; demandé un détail par poste.",
        ),
        (N.APPEL, "Point sur les statuts. {prenom} penche pour une société à associé unique."),
        (N.NOTE, "Stage de préparation à l’installation terminé. L’attestation est au dossier."),
        (
            N.RENCONTRE,
            "Le cédant accepte un accompagnement de trois mois après la vente. Calendrier écrit et signé des deux côtés.",
        ),
        (N.NOTE, "Demande de permis d’aménager déposée en mairie. Délai annoncé : deux mois."),
        (
            N.APPEL,
            "Échange avec l’assureur et le comptable. Le budget de départ augmente un peu, sans remettre le projet en cause.",
        ),
    ],
    Etape.FINANCEMENT: [
        (
            N.RENCONTRE,
            "Préparation du comité d’engagement. {prenom} présente son projet clairement ; revoir seulement la page sur la trésorerie.",
        ),
        (
            N.APPEL,
            "La banque suit à condition d’un prêt d’honneur. Dossier transmis à la plateforme.",
        ),
        (N.COURRIEL, "Accord écrit de la banque sur sept ans. Il reste à caler la garantie."),
        (
            N.NOTE,
            "Demande d’aide à l’immobilier complète. Passage en commission à la prochaine séance.",
        ),
        (
            N.RENCONTRE,
            "Le plan de financement est bouclé : apport, prêt d’honneur, prêt bancaire et aide de l’intercommunalité.",
        ),
        (N.APPEL, "La commission demande un devis plus récent. {prenom} relance l’artisan."),
        (
            N.NOTE,
            "Candidature déposée au concours du réseau. Passage devant le jury le mois prochain.",
        ),
    ],
    Etape.CREATION: [
        (
            N.RENCONTRE,
            "Visite du chantier. Les travaux avancent, ouverture visée dans six semaines.",
        ),
        (N.NOTE, "Immatriculation faite. {prenom} a reçu son numéro cette semaine."),
        (N.APPEL, "Acte de vente signé chez le notaire. Les clés sont remises à la fin du mois."),
        (
            N.COURRIEL,
            "Envoyé l’affiche d’ouverture aux mairies voisines et à l’office de tourisme.",
        ),
        (
            N.RENCONTRE,
            "Passage en revue des derniers papiers : assurance, enseigne, caisse. Tout est prêt.",
        ),
        (
            N.APPEL,
            "La livraison du matériel prend deux semaines de retard. Ouverture décalée d’autant.",
        ),
    ],
    Etape.INSTALLE: [
        (
            N.RENCONTRE,
            "Inauguration {lieu}. Une quarantaine de personnes, dont beaucoup de voisins. {prenom} n’a pas eu une minute à soi.",
        ),
        (N.APPEL, "Premier mois meilleur que prévu. Il faudra veiller aux stocks."),
        (N.NOTE, "La famille a trouvé une maison à dix minutes. Inscription à l’école faite."),
        (N.RENCONTRE, "Passage sur place. Les horaires sont à ajuster au jour de marché."),
        (N.COURRIEL, "Invitation au déjeuner des nouveaux installés envoyée ; {prenom} vient."),
    ],
    Etape.SUIVI: [
        (
            N.RENCONTRE,
            "Point à six mois avec les comptes. Le chiffre d’affaires suit le prévisionnel, la trésorerie est saine.",
        ),
        (
            N.APPEL,
            "{prenom} cherche à embaucher à mi-temps pour la saison. Orientation vers les aides à l’emploi.",
        ),
        (N.NOTE, "Le bulletin municipal a publié un bel article. La clientèle s’élargit."),
        (N.RENCONTRE, "Tableau de bord mis en place avec {prenom}. Prochain point au printemps."),
        (N.APPEL, "Quelques factures tardent à rentrer. Nous avons revu les délais de paiement."),
        (N.COURRIEL, "Transmis le calendrier des formations de l’année aux entreprises suivies."),
    ],
    Etape.DEVELOPPEMENT: [
        (
            N.RENCONTRE,
            "{prenom} étudie l’agrandissement de l’atelier. Un terrain voisin se libère.",
        ),
        (N.APPEL, "Deuxième embauche confirmée. Le projet devient un vrai employeur du bourg."),
        (N.NOTE, "Nouvelle gamme lancée avec deux producteurs du pays."),
        (N.RENCONTRE, "Échange sur un second point de vente. À reprendre après la saison."),
    ],
}
# Une famille qui s'installe, un emploi, un télétravail : pas d'entreprise à monter.
FAMILLE: list[tuple[str, str]] = [
    (
        N.RENCONTRE,
        "Premier rendez-vous avec {prenom}. La famille veut vivre {lieu} ; nous listons logement, école et transports.",
    ),
    (N.APPEL, "Deux maisons à louer repérées par la mairie. Visites prévues samedi."),
    (
        N.NOTE,
        "Place réservée à l’école pour la rentrée. La directrice propose une matinée de découverte.",
    ),
    (
        N.COURRIEL,
        "Envoyé les coordonnées des employeurs qui recrutent et celles de la mission locale.",
    ),
    (
        N.RENCONTRE,
        "Visite du bourg et rencontre avec une famille arrivée l’an dernier. Beaucoup de questions, de bonnes réponses.",
    ),
    (
        N.APPEL,
        "Le débit de la fibre convient pour travailler de la maison. Reste à trouver un bureau partagé deux jours par semaine.",
    ),
    (N.NOTE, "Promesse de bail signée. Emménagement prévu aux vacances."),
    (
        N.RENCONTRE,
        "Point sur les démarches : inscription en mairie, carte grise, garde des enfants. Presque tout est fait.",
    ),
    (N.APPEL, "Entretien d’embauche passé. Réponse la semaine prochaine."),
]
# La première fois que l'on se parle.
PREMIERS: list[tuple[str, str]] = [
    *ECHANGES[Etape.IDEE][:5],
    (
        N.RENCONTRE,
        "Rencontre au forum de l’installation. {prenom} connaît bien le pays et cherche des appuis pour se lancer.",
    ),
    (
        N.APPEL,
        "Premier appel : {prenom} a eu nos coordonnées par un ancien porteur de projet. Rendez-vous pris pour la semaine prochaine.",
    ),
    (
        N.COURRIEL,
        "{prenom} nous écrit sur les conseils de l’office de tourisme. Réponse envoyée avec la liste des pièces utiles.",
    ),
]
PREMIERS_FAMILLE: list[tuple[str, str]] = [
    FAMILLE[0],
    (N.APPEL, "Premier appel de {prenom}, qui a passé l’été {lieu} et voudrait y vivre à l’année."),
    (
        N.COURRIEL,
        "{prenom} nous écrit : deux adultes, un projet de vie {lieu}, et beaucoup de questions pratiques. Rendez-vous proposé.",
    ),
    (
        N.RENCONTRE,
        "Rencontre à la maison de services. {prenom} cherche d’abord un logement, le travail viendra ensuite.",
    ),
]
INSTALLES = {Etape.INSTALLE, Etape.SUIVI, Etape.DEVELOPPEMENT}
FAMILLE_INSTALLEE: list[tuple[str, str]] = [
    (N.APPEL, "La famille a pris ses marques. {prenom} participe au comité des fêtes."),
    (N.RENCONTRE, "Visite à la maison. Les enfants vont à l’école du bourg, le logement convient."),
    (N.NOTE, "Contrat de travail confirmé après la période d’essai."),
    (N.COURRIEL, "Invitation au déjeuner des nouveaux installés envoyée."),
]

PROCHAINES = [
    "Rendez-vous avec la banque",
    "Visite du local avec la mairie",
    "Relire le prévisionnel",
    "Recevoir les devis",
    "Passer en comité d’engagement",
    "Rencontrer le cédant",
    "Choisir le statut",
    "Signer le bail",
    "Point à trois mois",
    "",
]
ACTIONS = [
    "Rappeler {prenom} pour fixer un rendez-vous",
    "Envoyer la liste des locaux disponibles",
    "Relire le prévisionnel",
    "Demander l’accord de principe de la mairie",
    "Prendre contact avec le cédant",
    "Préparer le passage en comité",
    "Transmettre les coordonnées de l’expert-comptable",
    "Vérifier les aides à l’immobilier",
    "Organiser une visite avec le parrain",
    "Mettre à jour le plan de financement",
]
DECISIONS = [
    "La chambre consulaire reprend l’étude ; point à la prochaine réunion.",
    "On propose un parrain du même métier.",
    "La mairie est contactée pour le local vacant.",
    "Accompagnement poursuivi, rien à ajouter.",
    "La plateforme reçoit le porteur avant la fin du mois.",
    "Recherche d’un logement confiée à l’intercommunalité.",
    "Orientation vers la coopérative d’activités pour tester le projet.",
    "Le réseau cherche un référent : réponse attendue sous dix jours.",
]
MOTS_REUNION = [
    "Besoin d’un avis sur l’emplacement",
    "Qui connaît un cédant dans ce métier ?",
    "Le logement bloque tout le reste",
    "Bonne nouvelle à partager",
]
RESUMES = [
    "Projet mûr, étude de marché faite. Reste à chercher le local et à écrire le prévisionnel. {prenom} attend votre appel.",
    "Premier accueil terminé : le projet relève de votre métier. Le budget est chiffré, pas encore le financement.",
    "{prenom} a besoin d’un accompagnement au montage. Les pièces réunies sont dans le fil du dossier.",
    "Le porteur s’installe dans votre secteur ; la suite se jouera avec la commune. Rencontre souhaitée sur place.",
    "Étude achevée chez nous. Le financement demande vos compétences. {prenom} attend de vos nouvelles.",
]
REFUS_RELAIS = [
    "Nous n’avons personne de disponible avant deux mois ; mieux vaut ne pas faire attendre.",
    "Ce métier n’entre pas dans notre convention ; voyez la boutique de gestion.",
    "Le projet est trop tôt pour nous : revenez après l’étude de marché.",
]
REFUS_REFERENT = [
    "Je suis déjà référente de trop de dossiers ce trimestre.",
    "Je ne connais pas assez ce métier.",
    "Je serai absent deux mois ; proposez à un collègue.",
]
MOTIFS_SORTIE = {
    Etape.ABANDONNE: [
        "Financement refusé, le porteur renonce.",
        "Le porteur a retrouvé un emploi salarié.",
        "Le local visé a été vendu à un autre.",
        "Le projet familial a changé.",
    ],
    Etape.REORIENTE: [
        "Le projet se fera dans un département voisin ; dossier transmis avec l’accord de la personne.",
        "Le porteur préfère une formation longue avant de se lancer.",
        "Orienté vers l’emploi salarié, avec l’accord de la personne.",
    ],
    Etape.SANS_SUITE: [
        "Plus de réponse malgré trois relances.",
        "Le porteur reporte son projet à une date inconnue.",
        "Simple demande de renseignements, sans projet pour l’instant.",
    ],
}
SUIVI_TERMINE = [
    "Suivi terminé : l’activité tourne, la personne sait où nous trouver.",
    "Fin de l’accompagnement à douze mois, tout va bien.",
    "Installation réussie, suivi clos d’un commun accord.",
]
RETOURS = [
    "La banque demande de revoir le plan de financement.",
    "Le local prévu n’est plus libre, le montage est à reprendre.",
    "Nouvel associé : les statuts sont à refaire.",
]
