from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.log.sealed import seal, unseal


@given(st.binary(max_size=200))
def test_what_is_sealed_is_unsealed(content: bytes) -> None:
    assert unseal(b"TEST", 1, seal(b"TEST", 1, content)) == content


@given(st.binary(max_size=60), st.data())
def test_a_changed_byte_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(b"TEST", 1, content))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    assert unseal(b"TEST", 1, bytes(sealed)) is None


@given(st.binary(max_size=60), st.data())
def test_a_cut_file_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = seal(b"TEST", 1, content)
    assert unseal(b"TEST", 1, sealed[: data.draw(st.integers(0, len(sealed) - 1))]) is None


def test_another_kind_another_version_and_no_file_are_nothing() -> None:
    sealed = seal(b"TEST", 1, b"content")
    assert unseal(b"TEXT", 1, sealed) is None
    assert unseal(b"TEST", 2, sealed) is None
    assert unseal(b"TEST", 1, None) is None
