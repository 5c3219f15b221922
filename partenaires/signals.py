"""Ce que les partenaires annoncent à qui est au-dessus d'eux, une fois la transaction validée.

Les droits sont déjà changés quand le signal part. Si le processus meurt entre la validation et
l'annonce, ce qui restait à faire se retrouve dans la base (un suivi sans mandat en cours, un
accès qui diffère de la règle) : le récepteur doit pouvoir être rejoué.
"""

from django.dispatch import Signal

# Un mandat a pris fin. Arguments : ``utilisateur_id``, ``structure_id``, ``reseau_id``,
# ``fonction``, ``jour`` (le premier jour sans droits), ``par_id`` (qui y a mis fin, ou None).
# Ce que la personne suivait à ce titre revient aux administrateurs de sa structure.
mandat_termine = Signal()

# Le partage des dossiers s'est ouvert dans un réseau. Argument : ``reseau``.
partage_ouvert = Signal()
