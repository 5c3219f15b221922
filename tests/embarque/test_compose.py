"""Le déploiement par conteneurs, vérifié sans moteur : schéma publié, puis nos promesses."""

import copy
import json
import re
from importlib import resources

import jsonschema
import pytest
import yaml

from tests.embarque.conftest import RACINE

# check-jsonschema livre le schéma publié par la spécification Compose.
SCHEMA = resources.files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"
ROLES = ("web", "worker", "beat", "preparation")
LECTURE = re.compile(r"""[Ee]nv(?:\(\))?\.\w+\(\s*["']([A-Z_]+)""")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((RACINE / "docker-compose.yml").read_text("utf-8"))


@pytest.fixture(scope="module")
def verificateur():
    schema = json.loads(SCHEMA.read_text("utf-8"))
    classe = jsonschema.validators.validator_for(schema)
    classe.check_schema(schema)
    return classe(schema)


def test_le_fichier_suit_le_schema_compose(compose, verificateur):
    assert [erreur.message for erreur in verificateur.iter_errors(compose)] == []


@pytest.mark.parametrize(
    ("chemin", "valeur"),
    [
        (("services", "web", "redemarrage"), "toujours"),
        (("services", "db", "healthcheck", "retries"), []),
        (("services", "proxy", "ports"), "443"),
        (("volumes",), ["base"]),
    ],
)
def test_le_schema_voit_une_faute(compose, verificateur, chemin, valeur):
    fautif = copy.deepcopy(compose)
    cible = fautif
    for cle in chemin[:-1]:
        cible = cible[cle]
    cible[chemin[-1]] = valeur
    assert not verificateur.is_valid(fautif)


def test_les_services_attendus(compose):
    services = compose["services"]
    assert set(services) == {"db", "redis", "proxy", *ROLES}
    assert {services[role]["image"] for role in ROLES} == {"maillon:latest"}
    assert services["db"]["image"] == "postgres:17"
    for nom, service in services.items():
        if nom != "preparation":
            assert service["restart"] == "unless-stopped", nom
            assert service["healthcheck"]["test"], nom
            assert service["read_only"], nom
        assert "no-new-privileges:true" in service["security_opt"], nom
        assert "privileged" not in service


def test_seul_le_mandataire_est_publie(compose):
    publies = {nom: s["ports"] for nom, s in compose["services"].items() if "ports" in s}
    assert set(publies) == {"proxy"}
    for nom in ("db", "redis"):
        assert compose["services"][nom]["networks"] == ["interne"]
    assert compose["networks"]["interne"]["internal"] is True
    # Le portail croit l'adresse que le mandataire porte réellement.
    adresse = compose["services"]["proxy"]["networks"]["facade"]["ipv4_address"]
    environnement = compose["services"]["web"]["environment"]
    assert environnement["MANDATAIRES_DE_CONFIANCE"] == adresse


def test_tout_ce_qui_est_monte_ou_attendu_existe(compose):
    for nom, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (RACINE / source).is_file(), source
            else:
                assert source in compose["volumes"]
        for attendu in service.get("depends_on", {}):
            assert attendu in compose["services"], (nom, attendu)
        for reseau in service["networks"]:
            assert reseau in compose["networks"]


def test_l_exemple_donne_chaque_variable(compose):
    demandees = set(re.findall(r"\$\{([A-Z_]+)", json.dumps(compose)))
    exemple = (RACINE / "deploiement" / "exemple.env").read_text("utf-8")
    assert demandees == set(re.findall(r"^([A-Z_]+)=", exemple, re.MULTILINE))
    # Et aucun secret n'y est écrit.
    assert re.findall(r"^(?:SECRET_KEY|MOT_DE_PASSE_\w+)=(.+)$", exemple, re.MULTILINE) == []


def test_le_portail_ne_recoit_que_des_variables_lues(compose):
    lues = set(LECTURE.findall((RACINE / "accueil" / "settings.py").read_text("utf-8")))
    for role in ROLES:
        assert set(compose["services"][role]["environment"]) <= lues


def test_chaque_variable_des_reglages_est_documentee():
    lues = set(LECTURE.findall((RACINE / "accueil" / "settings.py").read_text("utf-8")))
    page = (RACINE / "docs" / "exploitation.md").read_text("utf-8")
    assert len(lues) > 10
    assert [nom for nom in sorted(lues) if f"`{nom}`" not in page] == []


def test_l_image_ne_tourne_pas_en_root():
    dockerfile = (RACINE / "Dockerfile").read_text("utf-8")
    instructions = re.findall(r"^([A-Z]+) ", dockerfile, re.MULTILINE)
    derniere = dockerfile.rindex("\nUSER maillon\n")
    assert derniere < dockerfile.rindex("\nCMD ")
    assert "--require-hashes" in dockerfile
    assert "collectstatic" in dockerfile[:derniere]
    assert instructions.count("FROM") == 2
    ecartes = (RACINE / ".dockerignore").read_text("utf-8").split()
    assert {"var", ".git", ".venv", "*.env"} <= set(ecartes)
