import sys

from nilometer_reference.apis.registry import served_apis
from nilometer_reference.wire import table


def test_each_served_version_exists_in_the_protocol_and_is_stable() -> None:
    for key, api in served_apis().items():
        message = table.message(api.request.__name__)
        assert message.api_key == key
        lowest, highest = api.versions
        assert message.versions.lowest <= lowest <= highest
        assert highest <= message.versions.highest - message.unstable


def test_request_and_response_belong_together() -> None:
    for api in served_apis().values():
        assert api.request.KIND == "request"
        assert api.response.KIND == "response"
        assert api.request.API_KEY == api.response.API_KEY


def test_the_file_of_an_api_is_named_as_its_schema() -> None:
    modules = {message.name: name for name, messages in table.all_files().items() for message in messages}
    for api in served_apis().values():
        assert api.handle.__module__.rpartition(".")[2] == modules[api.request.__name__]


def test_keys_come_in_ascending_order() -> None:
    assert list(served_apis()) == sorted(served_apis())


def test_the_first_line_of_an_api_says_its_name_its_key_and_its_versions() -> None:
    for key, api in served_apis().items():
        first, last = api.versions
        versions = f"versions {first}-{last}" if first < last else f"version {first}"
        name = api.request.__name__.removesuffix("Request")
        documentation = sys.modules[api.handle.__module__].__doc__
        assert documentation is not None
        assert documentation.startswith(f"{name} (key {key}), {versions}: "), name
