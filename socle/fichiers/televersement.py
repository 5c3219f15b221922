"""Ce qui arrive du navigateur : un fichier démesuré est lu jusqu'au bout, mais pas gardé."""

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler

# Au-delà, l'envoi entier est refusé d'emblée : aucun formulaire n'en attend autant.
ENVOI_MAXIMAL = 300 * 1024 * 1024
# Aucun champ n'accepte davantage ; au-dessous, c'est le champ qui répond.
FICHIER_MAXIMAL = 100 * 1024 * 1024


class TeleversementBorne(TemporaryFileUploadHandler):
    """Comme celui de Django, sans remplir le disque : passé le plafond, les octets sont comptés.

    Le champ reçoit ainsi la vraie taille, et peut dire à la personne ce qui ne va pas.
    """

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        if content_length > ENVOI_MAXIMAL:
            raise RequestDataTooBig("L'envoi dépasse ce que le portail accepte.")

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.recu = 0

    def receive_data_chunk(self, raw_data, start):
        self.recu += len(raw_data)
        if self.recu <= FICHIER_MAXIMAL:
            self.file.write(raw_data)

    def file_complete(self, file_size):
        if file_size > FICHIER_MAXIMAL:
            self.file.seek(0)
            self.file.truncate()
        return super().file_complete(file_size)
