"""Sous quel compte tourne PostgreSQL, qui refuse de tourner en root.

Un compte ordinaire lance tout en son nom. Root confie PostgreSQL au compte ``postgres`` ou
``nobody`` sans rien ouvrir : quand un dossier parent lui est fermé (un home 0700), setpriv lui
laisse la seule capacité de traverser, plutôt que d'élargir des permissions.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from socle.embarque.erreurs import Refus

COMPTES = ("postgres", "_postgres", "nobody")
# access(2) oublie les capacités d'un compte autre que root, sauf avec ce bit : PostgreSQL
# vérifie ainsi ses propres binaires au démarrage.
BIT_ACCES = "--securebits=+no_setuid_fixup"


@dataclass(frozen=True)
class Droits:
    """Comment lancer une commande : un préfixe, ou des arguments de Popen, ou rien."""

    uid: int
    gid: int
    prefixe: tuple[str, ...] = ()
    identite: dict[str, object] = field(default_factory=dict)

    def commande(self, *arguments: str) -> list[str]:
        return [*self.prefixe, *arguments]

    def donner(self, dossier: Path) -> None:
        """Remet un dossier à ce compte, avec ce qu'il contient, s'il ne l'a pas déjà."""
        if os.geteuid() != 0:
            return
        if dossier.stat().st_uid == self.uid:
            return
        for parent, dossiers, fichiers in os.walk(dossier):
            for nom in (*dossiers, *fichiers):
                os.chown(os.path.join(parent, nom), self.uid, self.gid, follow_symlinks=False)
        os.chown(dossier, self.uid, self.gid)


def _compte(donnees: Path) -> pwd.struct_passwd:
    """Le compte qui possède déjà les données ; sinon le premier compte sans privilège connu."""
    if donnees.exists() and (uid := donnees.stat().st_uid) != 0:
        try:
            return pwd.getpwuid(uid)
        except KeyError:
            pass
    for nom in COMPTES:
        try:
            return pwd.getpwnam(nom)
        except KeyError:
            continue
    raise Refus(
        "PostgreSQL refuse de tourner en root et cette machine n’a ni compte « postgres » ni"
        " compte « nobody » : lancez Maillon avec un compte ordinaire."
    )


def choisir(donnees: Path, binaire: Path) -> Droits:
    """Les droits les plus petits qui permettent à PostgreSQL d'atteindre ses fichiers."""
    if os.geteuid() != 0:
        return Droits(os.getuid(), os.getgid())
    compte = _compte(donnees)
    candidats = list(_candidats(compte))
    for droits in candidats:
        if _atteint(droits, donnees.parent, binaire):
            return droits
    # Sans capacité à prêter (macOS, conteneur réduit), var/ se laisse traverser sans se lister.
    donnees.parent.chmod(0o711)
    if _atteint(candidats[0], donnees.parent, binaire):
        return candidats[0]
    raise Refus(
        f"Le compte « {compte.pw_name} », qui fait tourner PostgreSQL, ne peut pas traverser le"
        f" chemin de {donnees.parent} : placez Maillon dans un dossier traversable (par exemple"
        " /srv/maillon), ou lancez-le avec un compte ordinaire."
    )


def _candidats(compte: pwd.struct_passwd):
    setpriv = shutil.which("setpriv")
    uid, gid = compte.pw_uid, compte.pw_gid
    if setpriv is None:
        yield Droits(uid, gid, identite={"user": uid, "group": gid, "extra_groups": []})
        return
    base = (setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
    yield Droits(uid, gid, (*base, "--inh-caps=-all", "--"))
    for capacite in ("dac_read_search", "dac_override"):
        yield Droits(
            uid,
            gid,
            (*base, f"--inh-caps=-all,+{capacite}", f"--ambient-caps=-all,+{capacite}", BIT_ACCES)
            + ("--",),
        )


def _atteint(droits: Droits, dossier: Path, binaire: Path) -> bool:
    """Essaie pour de bon : entrer dans le dossier, puis exécuter le binaire."""
    essai = subprocess.run(
        droits.commande("sh", "-c", 'cd "$1" && exec "$2" --version', "sh", dossier, binaire),
        cwd="/",
        capture_output=True,
        check=False,
        **droits.identite,
    )
    return essai.returncode == 0
