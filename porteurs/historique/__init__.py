"""L'historique d'un dossier en mots simples : lire les évènements, taire, raconter, grouper."""
