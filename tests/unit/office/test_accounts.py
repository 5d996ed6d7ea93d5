"""Names of accounts, their posts, passwords."""

import pytest
from argon2 import PasswordHasher

from ioc.accounts import AccountRefused, check_name, check_post, digest
from ioc.passwords import PasswordRefused, Passwords, check, generate
from ioc.reference import Catalogue
from ioc.roles import Roles

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PHONE = "0" + "912345678"
CITIZEN = "0" + "01096012345"


@pytest.mark.parametrize("name", ["quan_tri", "truc_ca_1", "vt_901_2", "x", "a" * 32])
def test_names_of_posts(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "Truc_ca", "trực_ca", "1ca", "_ca", "ca_", "ca__1", "a" * 33, "ca 1", "ca\n", "ca';--"),
        *(PHONE, f"ca_{PHONE}", f"ca_{CITIZEN}", "ca_0_9_1_2_3_4_5", "ca.1@bnv.gov.vn", "toi_mat"),
    ],
)
def test_no_name_of_a_person_and_nothing_strange(name: str) -> None:
    with pytest.raises(AccountRefused, match="account name: expected") as refused:
        check_name(name)
    assert PHONE not in str(refused.value)


def test_a_post_has_a_role_and_where_it_acts_a_unit() -> None:
    roles, units = Roles.load(), Catalogue.load().units
    assert check_post(roles, units, "G09", "truc_ca_ioc", "") == "G09"
    assert check_post(roles, units, "G09", "van_thu", "G09.901") == "G09.901"
    for role, unit, told in (
        ("boss", "", "expected one of lanh_dao_bo"),
        ("van_thu", "", "expected --unit"),
        ("van_thu", "G09.999", "expected the code of a unit"),
    ):
        with pytest.raises(AccountRefused, match=told):
            check_post(roles, units, "G09", role, unit)


def test_passwords_are_kept_so_that_only_the_right_one_matches() -> None:
    passwords = Passwords(CHEAP)
    kept = passwords.hash("đúng mật khẩu này")
    assert kept.startswith("$argon2id$") and "đúng" not in kept
    assert kept != passwords.hash("đúng mật khẩu này")
    assert passwords.matches(kept, "đúng mật khẩu này")
    assert not passwords.matches(kept, "đúng mật khẩu nay")
    assert not passwords.matches(None, "đúng mật khẩu này")
    assert not passwords.matches("not a hash", "đúng mật khẩu này")


def test_the_cost_in_use_is_that_of_rfc_9106() -> None:
    hasher = PasswordHasher()
    assert hasher.type.name == "ID"
    assert hasher.time_cost >= 3 and hasher.memory_cost >= 64 * 1024


def test_generated_passwords_are_long_different_and_allowed() -> None:
    made = {generate() for _ in range(50)}
    assert len(made) == 50
    assert all(check("truc_ca_1", each) == each and len(each) >= 20 for each in made)


@pytest.mark.parametrize("password", ["", "short", "x" * 257, "xxTRUC_CA_1xxxx"])
def test_a_bad_password_is_refused_without_being_repeated(password: str) -> None:
    with pytest.raises(PasswordRefused) as refused:
        check("truc_ca_1", password)
    assert not password or password not in str(refused.value)


def test_what_is_kept_of_a_token_is_its_digest() -> None:
    assert len(digest("t")) == 64
    assert digest("t") != digest("u")
