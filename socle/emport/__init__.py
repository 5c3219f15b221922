"""Emporter un ensemble de lignes dans un seul fichier, et les relire dans une autre installation.

Chaque application dit par des ``Table`` ce qui part (liste MAILLON_EMPORT) ; ``ecriture`` range les
lignes dans une archive, ``lecture`` les recrée sous de nouveaux identifiants, ``scellement`` chiffre
l’archive par une phrase que le fichier ne contient pas.
"""
