"""Ce qu’un réseau emporte de sa bourse."""

from socle.emport.table import Table

TABLES = [Table("bourse.FrequentationJour", chemin="reseau")]
