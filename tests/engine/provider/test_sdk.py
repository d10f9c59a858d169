"""The SDK loaded without its types gives each of them when asked, and the same."""

from __future__ import annotations

import subprocess
import sys

from autocoder_tui.engine.provider.sdk import _given_on

_ALL_NAMES = """
import importlib, pkgutil, sys, types
from autocoder_tui.engine.provider.sdk import load_sdk
before = list(sys.meta_path)
{load}
assert sys.meta_path == before
loaded = len([name for name in sys.modules if name.startswith("openai")])
packages = ["openai.types"]
packages += [
    f"openai.types.{{found.name}}"
    for found in pkgutil.iter_modules(sys.modules["openai.types"].__path__)
    if found.ispkg
]
for package in packages:
    module = importlib.import_module(package)
    for name in sorted(name for name in dir(module) if not name.startswith("_")):
        value = getattr(module, name)
        if not isinstance(value, types.ModuleType) and name != "annotations":
            print(package, name, repr(value))
print(loaded, file=sys.stderr)
"""


def _names(load: str) -> tuple[set[str], int]:
    done = subprocess.run(
        [sys.executable, "-c", _ALL_NAMES.format(load=load)],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()), int(done.stderr)


def test_every_type_is_there_when_asked_for_and_few_before() -> None:
    whole, all_modules = _names("import openai")
    on_demand, few_modules = _names("load_sdk()")
    assert len(whole) > 300
    assert whole - on_demand == set()
    assert few_modules < all_modules / 3


def test_a_module_of_types_is_an_attribute_of_its_package_and_others_are_not() -> None:
    code = (
        "from autocoder_tui.engine.provider.sdk import load_sdk\n"
        "openai = load_sdk()\n"
        "assert openai.types.responses.response.Response is openai.types.responses.Response\n"
        "assert not hasattr(openai.types, 'no_such_name')\n"
        "from openai.types import Completion\n"
        "assert Completion.model_fields\n"
        "from openai.types.chat import *\n"
        "assert ChatCompletionChunk is openai.types.chat.ChatCompletionChunk\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_does_more_than_give_names_on_is_loaded_as_it_is() -> None:
    given = b"from __future__ import annotations\nfrom .a import B as C, D\n"
    assert _given_on(given) == {"C": ("a", "B"), "D": ("a", "D")}
    for more in (b"X = 1\n", b"from . import a\n", b"from .a import *\n", b"from other import a\n"):
        assert _given_on(given + more) is None


def test_a_first_request_imports_nothing_more_of_the_sdk() -> None:
    code = (
        "import sys\n"
        "from autocoder_tui.engine.provider.chat import preload\n"
        "preload()\n"
        "before = {name for name in sys.modules if name.startswith('openai')}\n"
        "import openai\n"
        "client = openai.AsyncOpenAI(api_key='none', base_url='http://127.0.0.1:9/v1')\n"
        "client.chat.completions.with_streaming_response\n"
        "print({name for name in sys.modules if name.startswith('openai')} - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
