"""Regions: the registry, any set of codes, and every way to get it wrong."""

import shutil

import pytest

from analysis import paths, regions
from analysis.errors import InputError


def test_the_registry_has_the_fixed_keys_and_members():
    known = regions.registry()
    assert set(regions.DEFAULT_KEYS) | {"kak", "fyra-malarstader"} <= set(known)
    assert set(known["kak"].members) == {"1960", "1984", "1983"}
    assert set(known["fyra-malarstader"].members) == {"0381", "0484", "0486", "1980"}
    assert set(known["bergslagen"].members) == {"1863", "1864", "1885", "1884"}
    assert set(known["karlstad"].members) == {"1763", "1764", "1761", "1780", "1715"}


def test_malardalen_is_the_union_of_its_groups():
    region = regions.get("malardalen")
    assert {group.key for group in region.groups} == {"kak", "fyra-malarstader"}
    assert set(region.members) == {code for group in region.groups for code in group.members}
    assert region.counties == ("03", "04", "19")


def test_all_290_municipalities_are_known_by_text_code():
    known = regions.municipalities()
    assert len(known) == 290
    assert known["0381"].name == "Enköping"
    assert len(regions.counties()) == 21


def test_a_region_is_frozen():
    with pytest.raises(AttributeError):
        regions.get("kak").name = "annat"  # type: ignore[misc]


@pytest.mark.parametrize(("key", "nearest"), [
    ("bergslagn", "bergslagen"), ("Karlstad", "karlstad"), ("mälardalen", "malardalen"),
])
def test_an_unknown_key_suggests_the_nearest(key, nearest):
    with pytest.raises(InputError, match=f"did you mean '{nearest}'"):
        regions.get(key)


def test_all_faults_of_a_set_come_together():
    with pytest.raises(InputError) as caught:
        regions.from_members(["9999", "1780", "1780", "381", "karlstad"], name="a/b")
    text = "\n".join(caught.value.faults)
    assert len(caught.value.faults) == 5
    assert "unknown municipality code '9999'" in text
    assert "'1780' is given 2 times" in text
    assert "did you mean 0381 (Enköping)?" in text
    assert "Karlstad has code 1780" in text
    assert "no safe folder name" in text
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["", "  ", "../x", "a/b", ".hidden", "a\\b", "\x00", "!!!"])
def test_a_name_that_is_no_safe_folder_is_refused(name):
    with pytest.raises(InputError):
        regions.from_members(["1780"], name=name)


def test_an_empty_set_is_refused():
    with pytest.raises(InputError, match="no municipalities given"):
        regions.from_members([])


def test_a_custom_region_gets_the_slug_of_its_name():
    region = regions.from_members(["1960", "1983"], name="KAK och vänner på ö")
    assert region.key == "kak-och-vanner-pa-o"
    assert regions.from_members(["1780", "1761"]).key == "karlstad-och-hammaro"


def test_a_registered_name_with_other_members_is_refused():
    with pytest.raises(InputError, match="registered for other members"):
        regions.from_members(["1780"], name="KAK")


def test_resolve_takes_keys_and_codes():
    assert regions.resolve("karlstad") == regions.get("karlstad")
    assert regions.resolve("1863, 1864", name="Två").members == ("1863", "1864")


@pytest.fixture
def own_registry(tmp_path, monkeypatch):
    shutil.copy(paths.data_path("regions.toml"), tmp_path)
    monkeypatch.setattr(regions, "registry_path", lambda: tmp_path / "regions.toml")
    return tmp_path / "regions.toml"


def test_add_writes_the_registry(own_registry):
    regions.add("varmland-norr", 'Norra "Värmland"', ["1737", "1760"])
    assert regions.get("varmland-norr").name == 'Norra "Värmland"'
    assert regions.get("malardalen").groups, "the other entries stay as they were"


def test_add_refuses_all_faults_and_writes_nothing(own_registry):
    before = own_registry.read_text(encoding="utf-8")
    with pytest.raises(InputError) as caught:
        regions.add("kak", "", ["9999"])
    assert len(caught.value.faults) == 3
    assert own_registry.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("broken", [
    "not toml", '[x]\nmembers = ["1780"]\n', '[x]\nname = "X"\nmembers = ["9999"]\n',
    '[x]\nname = "X"\ngroups = ["finns-inte"]\n', '[Å]\nname = "X"\nmembers = ["1780"]\n',
])
def test_a_broken_registry_is_refused(own_registry, broken):
    own_registry.write_text(broken, encoding="utf-8")
    with pytest.raises(InputError):
        regions.registry()
