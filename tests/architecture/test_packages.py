"""What ships is what is listed, and the lock files name no host."""

import configparser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Import name -> folder, for the top of each tree that ships.
SHIPPED = {
    "absense": "generated/absense",
    "buf": "generated/buf",
    "absense_migrations": "migrations",
    "absense_cli": "absense_cli",
    "absense_proxy": "absense_proxy",
    "absense_server": "absense_server",
}


@pytest.fixture(scope="module")
def config() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def test_the_packages_listed_are_those_on_disk(config: configparser.ConfigParser) -> None:
    listed = config["options"]["packages"].split()
    on_disk = {
        ".".join([name, *path.parent.relative_to(ROOT / folder).parts])
        for name, folder in SHIPPED.items()
        for path in (ROOT / folder).rglob("*.py")
    }
    assert sorted(listed) == sorted(on_disk)


def test_every_package_has_an_init_file(config: configparser.ConfigParser) -> None:
    folders = [name_to_folder(name) for name in config["options"]["packages"].split()]
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_package_dir_maps_what_this_test_thinks(config: configparser.ConfigParser) -> None:
    lines = config["options"]["package_dir"].strip().splitlines()
    mapped = {name.strip(): folder.strip() for name, folder in (line.split("=") for line in lines)}
    assert mapped == {"": "."} | {name: folder for name, folder in SHIPPED.items() if name != folder}


LOCKS = ["constraints.txt", "tools/package-lock.json", "web/package-lock.json"]
LOCKS += sorted(f"requirements/{path.name}" for path in (ROOT / "requirements").iterdir())


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_says_not_where_from(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    # where a package's authors take donations is theirs to say
    assert [line for line in lines if "http" in line and '"url": "http' not in line] == []


def name_to_folder(name: str) -> Path:
    top, _, rest = name.partition(".")
    return ROOT.joinpath(SHIPPED[top], *rest.split(".")) if rest else ROOT / SHIPPED[top]
