"""À qui proposer un besoin : lire ce que le réseau sait faire (``lecture``), l'ordonner (``classement``)."""
