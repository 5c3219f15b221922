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

# Une convention, ou la place d'une structure dans une convention, prend fin à une date connue,
# demain au plus tôt, ou vient de prendre fin. Argument : ``reseau_id``. Les droits courent encore
# le plus souvent : ce que suivaient les structures qui partent change de mains avant.
convention_va_finir = Signal()

# Le partage des dossiers s'est ouvert dans un réseau. Argument : ``reseau``.
partage_ouvert = Signal()

# Deux fiches d'une même structure ont été réunies, ou cette fusion a été défaite. Argument :
# ``structures``, leurs deux identifiants. Seul de son espèce, ce signal part dans la transaction
# même : ce qui se déduit de la structure d'un dossier (ses accès) change avec elle, ou pas du tout.
structures_fusionnees = Signal()
