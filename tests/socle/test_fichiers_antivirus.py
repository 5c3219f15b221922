"""L'antivirus : refuser ce qu'il reconnaît, garder à part ce qu'il n'a pas pu voir."""

import socketserver
import struct
import threading
from contextlib import contextmanager

import pytest

from socle.enums import EtatFichier
from socle.fichiers import ouvrir
from socle.fichiers.menage import reprendre_la_quarantaine
from socle.fichiers.sante import CONTROLES
from socle.models import Fichier
from socle.refus import Refus
from tests.socle import fichiers_essai as essai

pytestmark = pytest.mark.django_db

# Le fichier d'épreuve que tous les antivirus reconnaissent, coupé pour que celui du poste de
# travail ne s'en émeuve pas.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Session(socketserver.StreamRequestHandler):
    """Le protocole de clamd, réduit à PING et INSTREAM."""

    def handle(self):
        ordre = self._jusqu_a_zero()
        if ordre == b"zPING":
            self.wfile.write(b"PONG\0")
            return
        assert ordre == b"zINSTREAM"
        contenu = b""
        while taille := struct.unpack("!L", self.rfile.read(4))[0]:
            contenu += self.rfile.read(taille)
        self.server.recus.append(contenu)
        self.wfile.write(self.server.reponse or self._verdict(contenu))

    def _jusqu_a_zero(self) -> bytes:
        lu = b""
        while not lu.endswith(b"\0"):
            lu += self.rfile.read(1)
        return lu[:-1]

    def _verdict(self, contenu: bytes) -> bytes:
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in contenu else b"stream: OK\0"


class ParPort(socketserver.ThreadingTCPServer):
    recus: list[bytes]
    reponse = b""


class ParPrise(socketserver.ThreadingUnixStreamServer):
    recus: list[bytes]
    reponse = b""


@pytest.fixture(autouse=True)
def rangement(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "fichiers"


@contextmanager
def en_service(serveur):
    """Le faux clamd répond le temps de ce bloc."""
    serveur.recus = []
    fil = threading.Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.02})
    fil.start()
    try:
        yield serveur
    finally:
        serveur.shutdown()
        serveur.server_close()
        fil.join()


@pytest.fixture
def clamd_par_port(settings):
    serveur = ParPort(("127.0.0.1", 0), Session)
    settings.MAILLON_CLAMD = f"127.0.0.1:{serveur.server_address[1]}"
    with en_service(serveur):
        yield serveur


@pytest.fixture
def clamd_par_prise(settings, tmp_path):
    settings.MAILLON_CLAMD = f"unix:{tmp_path / 'c'}"
    with en_service(ParPrise(str(tmp_path / "c"), Session)) as serveur:
        yield serveur


@pytest.fixture(params=["clamd_par_port", "clamd_par_prise"])
def clamd(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def muet(settings):
    """Une adresse où rien n'écoute."""
    settings.MAILLON_CLAMD = "127.0.0.1:1"


def piege() -> bytes:
    return essai.pdf() + b"\n% " + EICAR


def test_un_fichier_sain_est_examine_en_entier_puis_disponible(clamd):
    contenu = essai.pdf() + b"\n" * 200_000
    fichier = essai.depot("note.pdf", contenu)
    assert fichier.etat == EtatFichier.DISPONIBLE
    assert clamd.recus == [contenu]


def test_un_fichier_infecte_est_refuse_et_rien_n_en_reste(clamd, settings):
    with pytest.raises(Refus, match="logiciel malveillant"):
        essai.depot("note.pdf", piege())
    assert clamd.recus == [piege()]
    assert not Fichier.objects.exists()
    assert [c for c in settings.MEDIA_ROOT.rglob("*") if c.is_file()] == []


def test_sans_reponse_le_fichier_attend_puis_devient_disponible(muet, settings, request):
    fichier = essai.depot("note.pdf", essai.pdf())
    assert fichier.etat == EtatFichier.QUARANTAINE
    with pytest.raises(Refus, match="attend encore le contrôle antivirus"):
        ouvrir(fichier)
    # L'antivirus se tait toujours : rien ne change.
    assert reprendre_la_quarantaine() == 0
    request.getfixturevalue("clamd_par_port")
    assert reprendre_la_quarantaine() == 1
    fichier.refresh_from_db()
    assert ouvrir(fichier).read() == essai.relu(fichier)


def test_un_fichier_reconnu_apres_coup_est_ecarte_et_son_contenu_efface(muet, request):
    fichier = essai.depot("note.pdf", piege())
    assert fichier.chemin.exists()
    request.getfixturevalue("clamd_par_port")
    assert reprendre_la_quarantaine() == 1
    fichier.refresh_from_db()
    assert fichier.etat == EtatFichier.INFECTE
    assert not fichier.chemin.exists()
    with pytest.raises(Refus, match="a écarté ce fichier"):
        ouvrir(fichier)


def test_une_reponse_qui_n_en_est_pas_une_met_en_quarantaine(clamd_par_port):
    clamd_par_port.reponse = b"INSTREAM size limit exceeded. ERROR\0"
    assert essai.depot("note.pdf", essai.pdf()).etat == EtatFichier.QUARANTAINE


def test_la_sante_dit_l_etat_de_l_antivirus(settings, request):
    settings.MAILLON_CLAMD = ""
    controle = {c.nom: c for c in CONTROLES}["antivirus"]
    assert controle.examiner() == (True, "pas d’antivirus branché")
    request.getfixturevalue("muet")
    essai.depot("note.pdf", essai.pdf())
    ok, phrase = controle.examiner()
    assert (ok, "1 fichier(s) en quarantaine" in phrase) == (False, True)
    request.getfixturevalue("clamd_par_port")
    assert controle.examiner()[0] is True


def test_la_sante_dit_si_les_fichiers_s_ecrivent(settings, tmp_path):
    controle = {c.nom: c for c in CONTROLES}["fichiers"]
    assert controle.examiner()[0] is True
    settings.MEDIA_ROOT = tmp_path / "absent" / "encore"
    assert controle.examiner()[0] is False
