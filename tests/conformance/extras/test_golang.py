"""kfake is built with Go, whole or not at all."""

import pytest

from nilometer.extras.cache import is_installed
from nilometer.extras.errors import ExtraMissing, InstallFailed, ToolMissing
from nilometer.extras.golang import SOURCES, VERSION, find_go, find_kfake, install_kfake

GO = """
at = sys.argv.index('-o')
assert pathlib.Path('go.mod').exists() and pathlib.Path('go.sum').exists() and pathlib.Path('main.go').exists()
program = pathlib.Path(sys.argv[at + 1])
program.parent.mkdir(parents=True, exist_ok=True)
program.write_text('built')
"""


def test_the_pinned_sources_are_built(program):
    program("go", GO)
    path = install_kfake(lambda _line: None)
    assert path.read_text() == "built"
    assert find_kfake() == path
    assert len(SOURCES) == 3


def test_a_failed_build_shows_what_go_said_and_leaves_nothing(program):
    program("go", "print('undefined: kfake.Nothing'); sys.exit(2)")
    with pytest.raises(InstallFailed, match=r"undefined: kfake\.Nothing"):
        install_kfake(lambda _line: None)
    assert not is_installed("go", VERSION)


@pytest.mark.usefixtures("empty_path")
def test_without_go_it_says_where_to_get_it():
    with pytest.raises(ToolMissing, match=r"go\.dev/dl"):
        find_go()


def test_what_is_not_built_names_the_command():
    with pytest.raises(ExtraMissing, match="nilometer extras install go"):
        find_kfake()
