"""Makes a hostile report (`make FILE`), reads what nospill converted it to (`read`), with the parsers of others, holds a file
to a JSON Schema (`schema SCHEMA FILE`) or a GitLab report to what is demanded of one (`gitlab FILE`), and reads what the SARIF
Multitool found (`multitool FILE`). `token` prints a token."""

import csv
import json
import re
import sys
import zlib

COUNT = 1000
TEXTS = [
    "a\"b'c`d\\e", "line\nbreak\r\nmore", "x]y;z##vso[task.setvariable variable=a]b", "::error::x\n::set-output name=a::b",
    "##[error]x", "<script>alert(1)</script><img src=x onerror=alert(1)>", '" onmouseover="alert(1)',
    "a\0b\x1b[31mc\x07\x7f\x9b", "\u202egnp.exe\u2028x\u2029\ufeff\ufffe\uffff", "]]><x/><!--", "&amp;&#60;&lt;",
    "=cmd|' /C calc'!A0", "%0A%25%AZP25%5D,a:b", "a,b;c\td", "", " ", "long " * 2000,
]


def make(path):
    text = lambda n: TEXTS[n % len(TEXTS)]

    def finding(n):
        return {
            "rule": "github-pat" if n % 5 == 0 else text(n // 7) if n % 7 == 0 else "generic-secret", "title": text(n + 1),
            "severity": ["low", "medium", "high", "critical"][n % 4], "confidence": "high",
            "effect": "deny" if n % 3 else "audit", "path": f"{text(n)}/{n}", "line": n + 1, "column": 2,
            "end_line": n + 1, "end_column": 9, "secret": text(n + 2), "fingerprint": f"v1:{n:032x}", "note": text(n + 3),
            "suppressed": None, "advice": text(n + 4), "excerpt": text(n + 5), "group": f"g1:{n // 2}",
            "commit": {"id": f"{n:040x}", "author": text(n + 6), "email": text(n + 7), "date": "2026-01-02T03:04:05+00:00"},
            "in_head": n % 2 == 0, "last_seen": f"{n:040x}", "last_seen_date": "2026-01-02T03:04:05+00:00",
            "objects": 1, "paths": 1,
        }

    report = {
        "version": 1, "tool": {"name": "nospill", "version": "0.1.0"}, "findings": [finding(n) for n in range(COUNT)],
        "notices": [{"kind": "skipped", "path": t, "why": t} for t in TEXTS],
        "summary": dict.fromkeys(
            "objects bytes rules denied audited suppressed skipped binary excluded elapsed_ms".split(), 1),
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file)


def junit():
    import junitparser

    suites = junitparser.JUnitXml.fromfile("out.xml")
    cases = [case for suite in suites for case in suite]
    failed = [case for case in cases if any(isinstance(r, junitparser.Failure) for r in case.result)]
    assert suites.tests == len(cases) and suites.failures == len(failed) == sum(n % 3 != 0 for n in range(COUNT)), (
        suites.tests, len(cases), suites.failures, len(failed))
    assert {case.__class__ for case in cases} == {junitparser.TestCase}


def table():
    with open("out.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, strict=True))
    assert len(rows) == COUNT + 1 and len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]


def gitlab(path="out.gitlab", count=COUNT):
    """What the schemas of versions 15.0.7 to 15.2.1 demand of the members that are there."""
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    full = lambda value, limit=None: isinstance(value, str) and value and len(value) <= (limit or len(value))
    assert report["version"] == "15.0.7"
    scan = report["scan"]
    for tool in (scan["analyzer"], scan["scanner"]):
        assert full(tool["id"]) and full(tool["name"]) and full(tool["version"]) and full(tool["vendor"]["name"])
    for time in (scan["start_time"], scan["end_time"]):
        assert re.search(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$", time)
    assert scan["status"] in ("success", "failure") and scan["type"] == "secret_detection"
    assert all(m["level"] in ("info", "warn", "fatal") and full(m["value"]) for m in scan["messages"])
    found = report["vulnerabilities"]
    assert len({v["id"] for v in found}) == len(found) and count in (len(found), None)
    for v in found:
        assert all(isinstance(v[name], str) for name in ("name", "description", "solution"))
        assert full(v["id"]) and len(v["name"]) <= 255 and len(v["description"]) <= 1048576 and len(v["solution"]) <= 7000
        assert v["severity"] in ("Info", "Unknown", "Low", "Medium", "High", "Critical")
        assert v["identifiers"] and all(full(i["type"]) and full(i["name"]) and full(i["value"]) for i in v["identifiers"])
        place = v["location"]
        assert full(place["commit"]["sha"]) and isinstance(place["file"], str)
        assert isinstance(place["start_line"], int) and isinstance(place["end_line"], int)
        assert isinstance(v["raw_source_code_extract"], str)


def schema(wanted, file):
    import jsonschema

    with open(wanted, encoding="utf-8-sig") as text:
        wanted = json.load(text)
    with open(file, encoding="utf-8") as text:
        report = json.load(text)
    kind = jsonschema.validators.validator_for(wanted)
    kind.check_schema(wanted)
    wrong = list(kind(wanted, format_checker=kind.FORMAT_CHECKER).iter_errors(report))
    assert not wrong, (len(wrong), [(one.message[:300], list(one.absolute_path)) for one in wrong[:3]])
    # A schema that takes anything would say nothing.
    assert list(kind(wanted).iter_errors({**report, "version": []})) and list(kind(wanted).iter_errors({}))
    print("ok: schema of", file)


# What is demanded of those who publish into Azure's Advanced Security: which pipeline made the report. The task that does so
# knows; a scanner does not. And a home page, which there is none of.
NOT_OURS = {"GHAzDO1019", "GHAzDO1020", "SARIF2005"}


def multitool(file):
    with open(file, encoding="utf-8-sig") as text:
        run = json.load(text)["runs"][0]
    assert run["invocations"][0]["executionSuccessful"]
    wrong = [r for r in run["results"] if r["ruleId"] not in NOT_OURS]
    assert not wrong, (len(wrong), wrong[:3])
    assert {r["ruleId"] for r in run["results"]} == NOT_OURS, "the rules were not asked"
    print("ok: SARIF Multitool")


def token():
    """A GitHub token: its last six digits are a CRC-32 in base 62."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    n, body = 104729, ""
    for _ in range(30):
        n = (n * 6364136223846793005 + 1442695040888963407) % 2**64
        body += digits[(n >> 33) % 62]
    crc, tail = zlib.crc32(body.encode()), ""
    for _ in range(6):
        crc, tail = crc // 62, digits[crc % 62] + tail
    return "gh" + "p_" + body + tail


if sys.argv[1] == "make":
    make(sys.argv[2])
elif sys.argv[1] == "schema":
    schema(*sys.argv[2:])
elif sys.argv[1] == "multitool":
    multitool(sys.argv[2])
elif sys.argv[1] == "gitlab":
    gitlab(sys.argv[2], None)
    print("ok: gitlab,", sys.argv[2])
elif sys.argv[1] == "token":
    print(token())
else:
    for check in (junit, table, gitlab):
        check()
        print("ok:", check.__name__)
