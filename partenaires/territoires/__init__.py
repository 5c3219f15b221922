"""De la source officielle à la base : sources → construction → extrait → chargement."""
