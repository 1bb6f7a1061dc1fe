from nilometer_reference.broker.stores import MemoryStores


def test_a_store_is_the_same_one_whenever_it_is_opened() -> None:
    stores = MemoryStores()
    stores.open("a", 0).write_whole("file", b"1")
    assert stores.open("a", 0).read_whole("file") == b"1"
    assert stores.open("a", 1).read_whole("file") is None
    assert stores.names() == [("a", 0), ("a", 1)]


def test_a_deleted_store_is_empty_when_it_is_opened_again() -> None:
    stores = MemoryStores()
    stores.open("a", 0).write_whole("file", b"1")
    stores.delete("a", 0)
    stores.delete("a", 0)
    assert stores.names() == []
    assert stores.open("a", 0).names() == []


def test_a_loss_of_power_keeps_what_was_flushed() -> None:
    stores = MemoryStores()
    store = stores.open("a", 0)
    file = store.open("log")
    file.append([b"kept"])
    file.flush()
    store.flush()
    file.append([b"lost"])
    after = stores.crashed()
    assert after.open("a", 0).read_whole("log") == b"kept"
    assert stores.open("a", 0).read_whole("log") == b"keptlost"


def test_a_loss_of_power_may_keep_more() -> None:
    stores = MemoryStores()
    store = stores.open("a", 0)
    store.open("log").append([b"abc"])
    store.flush()
    after = stores.crashed(lambda _name, _flushed, size: size - 1)
    assert after.open("a", 0).read_whole("log") == b"ab"
