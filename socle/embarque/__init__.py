"""Les services embarqués : PostgreSQL et Redis, tenus par un seul superviseur.

Le choix et ses raisons : docs/decisions/0001-services-embarques.md. Le reste de Maillon ne lit
que les adresses que ce paquet écrit dans ``<var>/services.env`` ; il n'importe rien d'ici.
"""
