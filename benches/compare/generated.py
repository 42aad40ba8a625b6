#!/usr/bin/env python3
"""How many values of password generators NOSPILL misses: generated.py NOSPILL [--count N] [--seed N] [--misses FILE].

Makes values by the documented alphabets of password generators, 12 to 32 characters long, writes each under a telling name in a
file of each format, escaped and quoted as the format demands, and scans the files. A value is missed when no finding that denies
stands on its line; it is cut when the finding's value is not the whole one as it stands in the file.
"""
import argparse, collections, json, os, random, re, string, subprocess, sys, tempfile
from xml.sax.saxutils import escape

LETTERS, DIGITS = string.ascii_letters, string.digits
# Every alphabet: its marks, and whether the generator demands one of each kind.
ALPHABETS = {
    "terraform": ("!@#$%&*()-_=+[]{}<>:?", False),       # random_password, override_special unset
    "aws": ("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", True),  # Secrets Manager GetRandomPassword
    "1password": ("!@.-_*", False),
    "bitwarden": ("!@#$%^&*", True),
    "azure": ("@#$%^&*-_!+=[]{}|\\:',.?/`~\"();<>", True),  # what Microsoft Entra takes
    "keepass": ("!\"#$%&'*+,./:;=?@\\^`|~-_[]{}()<>", False),
    "lastpass": ("!@#$%^&*", True),
    "letters+digits": ("", False),
}
NAMES = ["password", "db_password", "admin_password", "smtp_password", "root_password"]


def value(rng, marks, each):
    every = LETTERS + DIGITS + marks
    length = rng.randint(12, 32)
    while True:
        text = "".join(rng.choice(every) for _ in range(length))
        kinds = [string.ascii_lowercase, string.ascii_uppercase, DIGITS] + ([marks] if marks else [])
        if not each or all(any(c in kind for c in text) for kind in kinds):
            return text


def double(text):
    return text.replace("\\", "\\\\").replace('"', '\\"')


def is_plain_yaml(text):
    return not (re.match(r"[-?:,\[\]{}#&*!|>'\"%@`=]", text) or re.search(r":$|[:] | #", text) or re.fullmatch(r"[\d._+-eExX]+", text))


def yaml(rng, name, text):
    ways = ["'" + text.replace("'", "''") + "'", '"' + double(text) + '"'] + ([text] if is_plain_yaml(text) else [])
    return f"{name}: {rng.choice(ways)}"


def properties(_, name, text):
    return f"{name.replace('_', '.')}={text.replace(chr(92), chr(92) * 2)}"


def xml(rng, name, text):
    if rng.random() < 0.5:
        return f"<{name}>{escape(text)}</{name}>"
    return f'<add key="{name}" value="{escape(text, {chr(34): "&quot;"})}"/>'


def python(rng, name, text):
    quote = rng.choice("'\"")
    return f"{name} = {quote}{text.replace(chr(92), chr(92) * 2).replace(quote, chr(92) + quote)}{quote}"


def hcl(_, name, text):
    return f'{name} = "{double(text).replace("${", "$${").replace("%{", "%%{")}"'


FORMATS = {
    "yaml": ("values.yaml", yaml),
    "json": ("config.json", lambda _, name, text: f'{{"{name}": "{double(text)}"}}'),
    "tf": ("main.tf", hcl),
    "sh": ("deploy.sh", lambda _, name, text: f"export {name.upper()}='" + text.replace("'", "'\\''") + "'"),
    "py": ("settings.py", python),
    "properties": ("app.properties", properties),
    "xml": ("app.config", xml),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nospill")
    parser.add_argument("--count", type=int, default=858, help="values of each alphabet in each format")
    parser.add_argument("--seed", type=int, default=22)
    parser.add_argument("--misses", help="a file for the lines that are missed")
    args = parser.parse_args()
    lines = {}
    with tempfile.TemporaryDirectory() as work:
        for alphabet, (marks, each) in ALPHABETS.items():
            for form, (file, write) in FORMATS.items():
                rng = random.Random(f"{args.seed} {alphabet} {form}")
                lines[alphabet, form] = [write(rng, rng.choice(NAMES), value(rng, marks, each)) for _ in range(args.count)]
                os.makedirs(f"{work}/{alphabet}/{form}")
                with open(f"{work}/{alphabet}/{form}/{file}", "w", encoding="utf-8") as out:
                    out.write("\n".join(lines[alphabet, form]) + "\n")
        command = [os.path.abspath(args.nospill), "dir", ".", "--no-ignore", "--show-secrets", "--format", "json"]
        env = {name: text for name, text in os.environ.items() if name != "CI"}
        run = subprocess.run(command, cwd=work, env=env, capture_output=True)
    found = collections.defaultdict(dict)
    for finding in json.loads(run.stdout)["findings"]:
        if finding["effect"] == "deny" and finding.get("line"):
            alphabet, form, _ = os.path.normpath(finding["path"]).split("/")
            found[alphabet, form].setdefault(finding["line"], finding.get("secret") or "")
    report(lines, found, args.misses)


def stands_whole(line, secret):
    """Whether a value reaches to both its ends: what stands around it is a quote, a tag, an operator or a line's end."""
    at = line.find(secret)
    before, behind = line[:at], line[at + len(secret):]
    return bool(at > 0 and re.search(r"(: |=|: '|: \"|= ['\"]|='|>|=\")$", before) and re.match(r"('|\"|\"\}|\"/>|</\w+>)?$", behind))


def report(lines, found, misses):
    missed = {cell: [text for n, text in enumerate(of, 1) if n not in found[cell]] for cell, of in lines.items()}
    cut = {cell: [of[n - 1] for n, secret in found[cell].items() if not stands_whole(of[n - 1], secret)] for cell, of in lines.items()}
    share = lambda part, cells: 100 * sum(len(part[cell]) for cell in cells) / sum(len(lines[cell]) for cell in cells)
    print(f"values: {sum(map(len, lines.values())):,}; of each alphabet and format, % missed (% cut)\n")
    print("| alphabet | " + " | ".join(FORMATS) + " | all |\n|---|" + "---|" * (len(FORMATS) + 1))
    cell = lambda cells: f"{share(missed, cells):.2f} ({share(cut, cells):.1f})"
    for alphabet in ALPHABETS:
        print(f"| {alphabet} | " + " | ".join(cell([(alphabet, f)]) for f in FORMATS) + f" | {cell([(alphabet, f) for f in FORMATS])} |")
    print("| all | " + " | ".join(cell([(a, f) for a in ALPHABETS]) for f in FORMATS) + f" | {cell(list(lines))} |")
    if misses:
        with open(misses, "w", encoding="utf-8") as out:
            for kind, part in (("missed", missed), ("cut", cut)):
                for (alphabet, form), texts in part.items():
                    out.writelines(f"{kind}\t{alphabet}\t{form}\t{text}\n" for text in texts)


sys.exit(main())
