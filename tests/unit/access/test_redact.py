"""What is shown of stored JSON: byte for byte, less what this caller must not see."""

import json
from collections.abc import Callable
from time import thread_time

import pytest

from catchment.access.redact import View, shown, shown_entry

PLAIN = View(raw=False, namespaces=())
RAW = View(raw=True, namespaces=())
TEAM = View(raw=True, namespaces=("team-*",))


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ('{"password":"hunter2","a":1}', '{"password":"[redacted]","a":1}'),
        ('{"env": {"DB_PASSWORD" : {"x": ["y"]} } }', '{"env": {"DB_PASSWORD" : "[redacted]" } }'),
        (r'{"pass\u0077ord":"hunter2"}', r'{"pass\u0077ord":"[redacted]"}'),
        ('{"name":"API_KEY","value":"v"}', '{"name":"API_KEY","value":"[redacted]"}'),
        ('{"value":{"a":"v"},"key":"token"}', '{"value":"[redacted]","key":"token"}'),
        ('{"name":"password","type":"text"}', '{"name":"password","type":"text"}'),
        ('["postgres://u:p@ss@h:5/d?x=1"]', '["postgres://u@h:5/d?x=1"]'),
        (r'["redis:\/\/:pw@h"]', '["redis://@h"]'),
        ('{"postgres://u:pw@h":1}', '{"postgres://u@h":1}'),
        ('"jdbc:x://h/d?user=u&password=pw&a=b"', '"jdbc:x://h/d?user=u&password=[redacted]&a=b"'),
        ('"http://h:80/p@q"', '"http://h:80/p@q"'),
        ('{"fields":{"token":{"inputFields":[]}}}', '{"fields":{"token":{"inputFields":[]}}}'),
        ('{"a":1.0e5,"b":1e999,"c":-0}', '{"a":1.0e5,"b":1e999,"c":-0}'),
    ],
)
def test_secrets_are_blanked_and_nothing_else(body: str, seen: str) -> None:
    assert shown(body.encode(), PLAIN).decode() == seen
    assert shown_entry(body.encode(), PLAIN).decode() == seen
    assert shown(body.encode(), RAW).decode() == body


@pytest.mark.parametrize("view", [PLAIN, RAW, TEAM])
def test_lexemes_that_json_does_not_know_are_null(view: View) -> None:
    body = b'{"a": NaN, "b":[Infinity,-Infinity , 1e999], "NaN": "NaN, Infinity"}'
    seen = b'{"a": null, "b":[null,null , 1e999], "NaN": "NaN, Infinity"}'
    assert shown(body, view) == seen


def test_objects_that_name_what_is_elsewhere_are_blanked() -> None:
    ours, theirs = '{"namespace":"team-a","name":"x"}', '{"name":"y","namespace":"far","f":[{}]}'
    nobody = '{"namespace":"[redacted]","name":"[redacted]"}'
    body = f'{{"inputs":[{ours},{theirs}],"namespace":"far"}}'
    assert shown(body.encode(), TEAM).decode() == body.replace(theirs, nobody)
    cut = '{"namespace":"team-://u:pw@h","name":"x"}'
    assert shown(cut.encode(), View(raw=True, namespaces=("team-://u@h",))).decode() == cut


@pytest.mark.parametrize("body", [b"{", b"hunter2", b"\xff", b'{"a":1} x', b'"\xff"', b""])
def test_what_is_no_json_is_withheld_whole(body: bytes) -> None:
    assert json.loads(shown_entry(body, PLAIN)) == "[redacted]"


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "one long string": lambda n: b'["' + b"a" * 50 * n + b'@"]',
    "many schemes": lambda n: b'["' + b"://a:" * 10 * n + b'"]',
    "many parameters": lambda n: b'["' + b"?&password" * 5 * n + b'=@"]',
    "deep objects": lambda n: b'{"token":{"inputFields":' * n + b"1" + b"}}" * n,
    "deep arrays": lambda n: b"[" * 15 * n + b'"@"' + b"]" * 15 * n,
    "escapes": lambda n: b'{"a\\n":"' + b"\\n" * 25 * n + b'"}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_take_linear_time(name: str) -> None:
    """Eight times the bytes cost about eight times the CPU; were it quadratic, sixty-four times."""

    def cpu_s(n: int) -> float:
        body, spent = HOSTILE[name](n), []
        for _ in range(3):
            begun = thread_time()
            shown_entry(body, View(raw=False, namespaces=("team-*",)))
            spent.append(thread_time() - begun)
        return min(spent)

    assert cpu_s(16_000) < 30 * max(cpu_s(2_000), 0.001)
