"""Les adresses de l'espace d'une personne accompagnée, dans chaque langue, et celles des membres."""

from django.urls import path

from porteurs.espace.langues import LANGUES, chemin
from porteurs.views import espace, espace_documents, espace_entree, espace_membre

_VUES = {
    "espace": espace_entree.demander,
    "espace_code": espace_entree.code,
    "espace_entrer": espace_entree.entrer,
    "espace_quitter": espace_entree.quitter,
    "espace_projets": espace.projets,
    "espace_suivi": espace.suivi,
    "espace_action": espace.action_faite,
    "espace_message": espace.message,
    "espace_documents": espace_documents.documents,
    "espace_document": espace_documents.telecharger,
    "espace_partage": espace.partage,
    "espace_droits": espace.droits,
    "espace_rester": espace.rester,
}
urlpatterns = [
    path(chemin(nom, langue), vue, {"langue": langue}, name=nom)
    # La langue du site en dernier : c’est elle que prend une adresse qui n’en nomme aucune.
    for langue in reversed(LANGUES)
    for nom, vue in _VUES.items()
]
urlpatterns += [
    path(
        "r/<slug:reseau>/dossiers/<uuid:uuid>/personnes/<uuid:personne>/inviter/",
        espace_membre.inviter,
        name="porteur_inviter",
    ),
    path(
        "r/<slug:reseau>/droits/<uuid:uuid>/",
        espace_membre.droit_repondre,
        name="droit_repondre",
    ),
]
