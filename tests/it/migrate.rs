//! Coming from other scanners: files shaped as those that public repositories really have.
//!
//! What is written down of each is which keys it uses and how often, and the shape of its regexes and globs; names and values
//! are made up here.
//!
//! Looked at besides, without a fact of their own below, since they showed nothing that one of these does not: `.secrets.baseline`
//! of 0x73746F66/tlstrust (patterns without an edge), 12gabriel3/easy-esi (the `exclude` of version 0.14, no findings),
//! 2389-research/acp-relay (no patterns, no findings), 18F/identity-pki (both of its entries met a finding) and 6RUN0/ferm;
//! `.secretlintrc` of KelvinTegelaar/CIPP, RikaiDev/cortex, kiririmode/share and xhujerr/python-kwargshelper
//! (`allowMessageIds` in a preset); `.secretlintignore` of Nick2bad4u/stylelint-plugin-font and RikaiDev/cortex; `.gitleaks.toml`
//! of 0xIntuition/intuition-core, 18F/identity-dashboard (stopwords of many lines, which are masked) and
//! Nick2bad4u/stylelint-plugin-font (`extend.path` into a package); `.gitleaksignore` of 0xmachos/dotfiles,
//! 18F/identity-dashboard (path, rule and hash between bars) and Nick2bad4u/stylelint-plugin-font; `.talismanrc` of
//! Bahmni/openmrs-module-bahmniapps; `.gitallowed` of HariSekhon/DevOps-Python-tools and HariSekhon/lib-java.
//! What failed: 0cwa/PixeneOS (`.gitleaks.toml`: rules with `\b` and `secretGroup`), AlphaBravoCompany/charts and
//! AlphaBravoCompany/helmfiles (`.talismanrc`: the list there twice, and five times).

use nospill::config::schema::Config;
use nospill::policy::paths::Globs;

use crate::env::World;

/// How a file is made, and how much of what is in it.
enum Shape {
    /// `.gitleaks.toml`: the table that holds the list, and its keys.
    Gitleaks { is_extended: bool, table: &'static str, keys: &'static [(&'static str, &'static [&'static str])] },
    /// `.secrets.baseline`: plugins, filters without a pattern, patterns of files, files with findings.
    DetectSecrets { plugins: usize, filters: usize, excluded: &'static [&'static str], files: usize },
    /// `.gitallowed`: its lines.
    GitAllowed(&'static [&'static str]),
    /// `.talismanrc`: files with a checksum each, and the version.
    Talisman { files: &'static [&'static str], version: &'static str },
    /// `.secretlintrc.json`: the preset, its rules with values that they allow, other rules, what is ignored under which key.
    Secretlint {
        in_preset: &'static [(&'static str, usize)],
        others: &'static str,
        ignored: (&'static str, &'static [&'static str]),
    },
    /// The same in YAML, with comments.
    SecretlintYaml { in_preset: &'static [(&'static str, usize)] },
    /// `.secretlintignore`.
    SecretlintIgnore(&'static [&'static str]),
}

/// What is known of a file, and what becomes of it.
struct Fact {
    repository: &'static str,
    shape: Shape,
    /// Paths that are left out, and such as are not.
    left_out: &'static [&'static str],
    scanned: &'static [&'static str],
    /// How many entries are not carried over, and a word of each.
    lost: &'static [&'static str],
    /// Parts of the result besides.
    holds: &'static [&'static str],
}

const FACTS: &[Fact] = &[
    Fact {
        repository: "0x63616c/world-wide-webb",
        shape: Shape::Gitleaks {
            is_extended: true,
            table: "[allowlist]",
            keys: &[
                ("regexes", &[r"\b[0-9a-f]{8}\b", r"\b[0-9a-f]{16}\b", r"\b\d{2,5}/(one|two)/[a-z/_-]+", r"\b\d{8}\.tiles\b"]),
                ("paths", &[r"tools/look-.*\.sh", r"yarn\.lock"]),
            ],
        },
        left_out: &["tools/look-a.sh", "x/tools/look-a/b.sh", "yarn.lock", "app/yarn.lock"],
        scanned: &["tools/a.sh", "tools/look-a.py", "yarn-lock"],
        lost: &["regexes", "regexes", "regexes", "regexes"],
        holds: &[],
    },
    Fact {
        repository: "00labs/huma-js",
        shape: Shape::Gitleaks {
            is_extended: false,
            table: "[whitelist]",
            keys: &[
                ("files", &["(.*?)(png|tif|doc|pdf|bin)$", "^third/(.*?)$", ".scan.toml"]),
                ("commits", &["0123456789abcdef0123456789abcdef"]),
            ],
        },
        left_out: &["a/b.png", "c.bin", "third/a/b.js", ".scan.toml"],
        scanned: &["a/b.py", "x/third/a.js"],
        lost: &[],
        holds: &["commit = [\"0123456789abcdef0123456789abcdef\"]"],
    },
    Fact {
        repository: "01-ai/langcrew",
        shape: Shape::Gitleaks {
            is_extended: false,
            table: "[allowlist]",
            keys: &[("paths", &["site/public/kit.min.1.2.3.js"])],
        },
        left_out: &["site/public/kit.min.1.2.3.js"],
        scanned: &["site/public/kit.js"],
        lost: &[],
        holds: &[],
    },
    Fact {
        repository: "0xNyk/llmquota",
        shape: Shape::Gitleaks {
            is_extended: true,
            table: "[[allowlists]]",
            keys: &[("regexes", &["CLIENT_NAME = \"[a-f0-9-]+\""])],
        },
        left_out: &[],
        scanned: &["a.py"],
        lost: &["regexes"],
        holds: &[],
    },
    Fact {
        repository: "18F/identity-idp",
        shape: Shape::DetectSecrets {
            plugins: 27,
            filters: 12,
            excluded: &[r"(^|\/)fake\/|(^|\/)(parts|rings)\.sample\/|^try\/", r"^etc\/scan\.ignore", r"^open\/kit\/"],
            files: 4,
        },
        left_out: &["fake/a", "x/fake/a", "parts.sample/a", "x/rings.sample/b/c", "try/a", "etc/scan.ignore", "open/kit/a.js"],
        scanned: &["retry/a", "x/try/a", "unfake.txt", "open/a"],
        lost: &[],
        holds: &["nospill baseline create --from"],
    },
    Fact {
        repository: "ChromeDevTools/devtools-frontend",
        shape: Shape::GitAllowed(&["# why", "# where", "FRONT_END_NAME", ""]),
        left_out: &[],
        scanned: &["a.js", "FRONT_END_NAME"],
        lost: &["FRONT_END_NAME"],
        holds: &[],
    },
    Fact {
        repository: "C2SP/wycheproof",
        shape: Shape::GitAllowed(&["# everything", ".*"]),
        left_out: &[],
        scanned: &["a.js"],
        lost: &["`.*`"],
        holds: &[],
    },
    Fact {
        repository: "DataBiosphere/azul",
        shape: Shape::GitAllowed(&["# why, over lines", "", "# which", "HOUSE_NUMBER=123456"]),
        left_out: &[],
        scanned: &["a.sh"],
        lost: &["`HOUSE_NUMBER=123456`"],
        holds: &[],
    },
    Fact {
        repository: "GoogleCloudPlatform/gcpdiag",
        shape: Shape::GitAllowed(&["one_part/queries/some_names.json"]),
        left_out: &[],
        // It may stand in a content as well as be a path.
        scanned: &["one_part/queries/some_names.json"],
        lost: &["some_names.json"],
        holds: &[],
    },
    Fact {
        repository: "0xCarbon/cratedex",
        shape: Shape::Gitleaks { is_extended: false, table: "[allowlist]", keys: &[("paths", &["out/", r"\.tool/"])] },
        left_out: &["out/a", "x/out/b/c", "layout/a", ".tool/a"],
        scanned: &["out", "tool/a"],
        lost: &[],
        holds: &[],
    },
    Fact {
        repository: "0kaba0hub/yarilo",
        shape: Shape::Gitleaks {
            is_extended: true,
            table: "[[allowlists]]\ncondition = \"AND\"\nregexTarget = \"match\"",
            keys: &[("regexes", &["Plans\\.2026"]), ("paths", &[r"in/box/plan_test\.go"])],
        },
        left_out: &[],
        scanned: &["in/box/plan_test.go"],
        lost: &["regexes `Plans", "conditions must all hold"],
        holds: &[],
    },
    Fact {
        repository: "Medal-Social/Pilot",
        shape: Shape::Secretlint {
            in_preset: &[],
            others: "",
            ignored: ("ignorePatterns", &["**/out/**", "**/.kept/READ.md", "**/*.spec.ts", "some-lock.yaml"]),
        },
        left_out: &["out/a", "x/out/a", ".kept/READ.md", "a/b.spec.ts", "some-lock.yaml", "x/some-lock.yaml"],
        scanned: &["a.ts", "READ.md"],
        lost: &[],
        holds: &[],
    },
    Fact {
        repository: "BMMRO-tech/BMMRO",
        shape: Shape::Talisman {
            files: &[
                "one/package-lock.json",
                "two-b/package-lock.json",
                ".github/workflows/save.yml",
                "one/src/parts/List.jsx",
                "one/src/parts/fields/Pick/Pick.jsx",
                "records-of/2023-01-01_plan.md",
                "e2e/index.test.js",
                "up/src/send.js",
            ],
            version: "1.0",
        },
        left_out: &["one/package-lock.json", ".github/workflows/save.yml", "up/src/send.js"],
        scanned: &["package-lock.json", "x/one/package-lock.json", "one/src/parts/List.js"],
        lost: &["checksums"],
        holds: &[],
    },
    Fact {
        repository: "1Hive/gardens",
        shape: Shape::Talisman { files: &["yarn.lock"], version: "" },
        left_out: &["yarn.lock", "app/yarn.lock"],
        scanned: &["yarn.lock.txt"],
        lost: &["checksums"],
        holds: &[],
    },
    Fact {
        repository: "DFW-Software-Consulting/dfwsc2.0",
        shape: Shape::Secretlint { in_preset: &[("database-connection-string", 1)], others: "", ignored: ("", &[]) },
        left_out: &[],
        scanned: &["a.js"],
        lost: &["allows: 1 value"],
        holds: &[],
    },
    Fact {
        repository: "Radarr/Radarr",
        shape: Shape::Secretlint {
            in_preset: &[],
            others: "",
            ignored: (
                "ignoreFiles",
                &["**/node_modules/**", "**/.git/**", "**/out/**", "**/_made/**", "**/*.min.js", "**/yarn.lock", "**/all.json"],
            ),
        },
        left_out: &["node_modules/a/b.js", "x/node_modules/a.js", "a/out/b", "x.min.js", "a/x.min.js", "yarn.lock", "b/all.json"],
        scanned: &["a.js", "small.json", "outer/a"],
        lost: &[],
        holds: &[],
    },
    Fact {
        repository: "Nick2bad4u/Uptime-Watcher",
        shape: Shape::Secretlint {
            in_preset: &[("aws", 2), ("github", 2), ("slack", 2), ("openai", 1), ("npm", 1), ("basicauth", 1)],
            others: r#",
            {"id": "@secretlint/secretlint-rule-no-dotenv", "options": {"allows": [".env.a", ".env.b", ".env.c"]}},
            {"id": "@secretlint/secretlint-rule-no-homedir", "severity": "warning"},
            {"id": "@secretlint/secretlint-rule-slack", "severity": "warning"},
            {"id": "@secretlint/secretlint-rule-npm", "disabled": true, "allowMessageIds": ["ONE"]},
            {"id": "@secretlint/secretlint-rule-pattern", "options": {"patterns": [
                {"name": "House Key", "pattern": "/(?:in-house-[A-Za-z\\d]{23}\\.[\\w-]{6})/", "message": "Found: {{MATCH}}"},
                {"name": "House URL", "pattern": "/https:\\/\\/house(?:app)?\\.example\\/api\\/\\d+\\/[\\w-]+/"},
                {"name": "Any Key", "pattern": "/(?:api[_-]?key|auth[_-]?token)['\"\\s]*[:=]['\"\\s]*[a-z0-9_-]{20,}/i"}],
              "allows": ["one"]}},
            {"id": "@secretlint/secretlint-rule-secp256k1-privatekey", "severity": "error"}"#,
            ignored: ("ignore", &["**/*-Sums.json", "**/Sums.json", "**/docs/**/*-Sums.json", "**/.cache/**"]),
        },
        left_out: &["a-Sums.json", "x/Sums.json", "x/docs/y/a-Sums.json", ".cache/a", "x/.cache/y/z"],
        scanned: &["Sums.js", "cache/a"],
        lost: &[
            "aws`, allows: 2 values",
            "github`, allows: 2",
            "slack`, allows: 2",
            "openai`, allows: 1",
            "npm`, allows: 1",
            "basicauth`, allows: 1",
            "no-dotenv`, allows: 3",
            "no-homedir`, severity warning",
            "allowMessageIds `ONE`",
            "pattern`, allows: 1",
        ],
        holds: &[
            "[[policy]]\neffect = \"audit\"\nrule = \"slack-*\"",
            "[[policy]]\neffect = \"off\"\nrule = \"npm*\"",
            "id = \"custom-house-key\"",
            "id = \"custom-house-url\"",
            "id = \"custom-any-key\"",
        ],
    },
    Fact {
        repository: "fchastanet/bash-tools-framework",
        shape: Shape::SecretlintYaml { in_preset: &[("aws", 1)] },
        left_out: &[],
        scanned: &["a.sh"],
        lost: &["aws`, allows: 1 value"],
        holds: &[],
    },
    Fact {
        repository: "AlbanAndrieu/nabla-hooks",
        shape: Shape::SecretlintIgnore(&[
            ".keep/",
            ".bow/",
            "node_modules/",
            "parts/",
            "target/",
            ".somerc",
            "",
            "# why",
            "!target/a.md",
        ]),
        left_out: &[".keep/a", "x/.keep/a", "node_modules/a/b", "x/target/b", ".somerc", "x/.somerc"],
        scanned: &["a.js", "target.txt", "keep/a"],
        lost: &[],
        holds: &["\"!/target/a.md\""],
    },
];

impl Shape {
    /// The import's word for the tool, the name of a file, and the file.
    fn build(&self) -> (&'static str, &'static str, String) {
        let preset = "@secretlint/secretlint-rule-preset-recommend";
        match self {
            Self::Gitleaks { is_extended, table, keys } => {
                let mut text = "# why\ntitle = \"a title\"\n".to_owned();
                if *is_extended {
                    text.push_str("[extend]\nuseDefault = true\n");
                }
                text.push_str(&format!("{table}\ndescription = \"looked at\"\n"));
                for (key, values) in *keys {
                    let values: String = values.iter().map(|value| format!("  # why\n  '''{value}''',\n")).collect();
                    text.push_str(&format!("{key} = [\n{values}]\n"));
                }
                ("gitleaks", ".gitleaks.toml", text)
            }
            Self::DetectSecrets { plugins, filters, excluded, files } => {
                let plugins: Vec<_> = (0..*plugins).map(|n| serde_json::json!({"name": format!("D{n}"), "limit": 4.5})).collect();
                let mut all: Vec<_> = (0..*filters)
                    .map(|n| serde_json::json!({"path": format!("detect_secrets.filters.f{n}"), "min_level": 2}))
                    .collect();
                all.push(serde_json::json!({"path": "detect_secrets.filters.regex.should_exclude_file", "pattern": excluded}));
                let found = |n: usize| {
                    (format!("f{n}"), serde_json::json!([{"type": "T", "filename": format!("f{n}"), "line_number": n}]))
                };
                let results: serde_json::Map<_, _> = (0..*files).map(found).collect();
                let file = serde_json::json!({"version": "1.5.0", "plugins_used": plugins, "filters_used": all, "results": results,
                    "generated_at": "2026-01-01T00:00:00Z"});
                ("detect-secrets", ".secrets.baseline", file.to_string())
            }
            Self::GitAllowed(lines) => ("git-allowed", ".gitallowed", lines.join("\n")),
            Self::Talisman { files, version } => {
                let entry = |name: &&str| format!("- filename: {name}\n  checksum: {}\n", "0f".repeat(32));
                let files: String = files.iter().map(entry).collect();
                ("talisman", ".talismanrc", format!("fileignoreconfig:\n{files}version: \"{version}\""))
            }
            Self::Secretlint { in_preset, others, ignored: (key, globs) } => {
                let inner: Vec<_> = in_preset
                    .iter()
                    .map(|(rule, allows)| {
                        let values: Vec<String> = (0..*allows).map(|n| format!("/value-{n}@(here|there):/i")).collect();
                        serde_json::json!({"id": format!("@secretlint/secretlint-rule-{rule}"), "options": {"allows": values}})
                    })
                    .collect();
                let rules = serde_json::json!({"id": preset, "rules": inner});
                let ignored = if key.is_empty() { String::new() } else { format!("\"{key}\": {},", serde_json::json!(globs)) };
                ("secretlint", ".secretlintrc.json", format!("{{{ignored}\n\t\"rules\": [{rules}{others}]\n}}\n"))
            }
            Self::SecretlintYaml { in_preset } => {
                let rule = |(name, allows): &(&str, usize)| {
                    let values: String = (0..*allows).map(|n| format!("            - '12345678{n}' # why\n")).collect();
                    format!("      - id: '@secretlint/secretlint-rule-{name}'\n        options:\n          allows:\n{values}")
                };
                let inner: String = in_preset.iter().map(rule).collect();
                ("secretlint", ".secretlintrc.yml", format!("---\nrules:\n  - id: '{preset}'\n    rules:\n{inner}"))
            }
            Self::SecretlintIgnore(lines) => ("secretlint", ".secretlintignore", lines.join("\n")),
        }
    }
}

#[test]
fn files_shaped_as_real_ones_are_imported() {
    let world = World::new();
    for fact in FACTS {
        let (tool, name, text) = fact.shape.build();
        let of = fact.repository;
        world.write(name, &text);
        let ran = world.nospill(&["config", "import", tool, name]);
        assert_eq!(ran.code, 0, "{of}: {}", ran.whole());
        let config = Config::parse(ran.out.as_bytes(), of).unwrap_or_else(|error| panic!("{error}\n{}", ran.out));
        let (exclude, include) = (Globs::over(config.scan.exclude.clone()), Globs::new(config.scan.include.clone()));
        let (exclude, include) = (exclude.expect(of), include.expect(of));
        for path in fact.left_out {
            assert!(exclude.hit(path.as_bytes()), "{of}: {path} is left out:\n{}", ran.out);
        }
        for path in fact.scanned {
            assert!(!exclude.hit(path.as_bytes()) || include.hit(path.as_bytes()), "{of}: {path} is scanned:\n{}", ran.out);
        }
        let lost: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("# not carried over: ")).collect();
        assert_eq!(lost.len(), fact.lost.len(), "{of}: {lost:#?}");
        for word in fact.lost {
            assert!(lost.iter().any(|line| line.contains(word)), "{of}: {word} in {lost:#?}");
        }
        assert_eq!(ran.err.contains("not carried over: the comments say which"), !lost.is_empty(), "{of}: {}", ran.err);
        for part in fact.holds {
            assert!(ran.out.contains(part), "{of}: {part} in\n{}", ran.out);
        }
        // What comes out is a configuration that a scan starts with.
        world.write(".nospill.toml", &ran.out);
        world.git(&["add", ".nospill.toml"]);
        let ran = world.nospill(&["staged"]);
        assert!(ran.code < 2, "{of}: {}", ran.whole());
        std::fs::remove_file(world.path().join(name)).expect("removed");
    }
}

#[test]
fn parts_that_weaken_are_not_carried_over() {
    let world = World::new();
    world.write(
        ".talismanrc",
        "threshold: medium\nallowed_patterns:\n- one\nscopeconfig:\n- scope: node\ncustom_patterns:\n- in-house-[0-9]{6}\nfileignoreconfig:\n\
         - filename: a/one.txt\n  ignore_detectors: [filename, filesize]\n- filename: a/two.txt\n  allowed_patterns: [key]\n\
         - filename: three/\n- filename: \"*.pem\"\n  ignore_detectors: [filecontent]\n",
    );
    let out = world.nospill(&["config", "import", "talisman", ".talismanrc"]).out;
    assert!(out.contains("exclude = [\"/three/\", \"*.pem\"]") && out.contains("regex = \"in-house-[0-9]{6}\""), "{out}");
    for part in [
        "`a/one.txt`, ignore_detectors filename, filesize",
        "`a/two.txt`, allowed_patterns `key`",
        "`threshold`: medium",
        "`scopeconfig`",
        "`allowed_patterns`",
    ] {
        assert!(out.lines().any(|line| line.starts_with("# not carried over: ") && line.contains(part)), "{part}: {out}");
    }
    // Of lists that were pasted behind each other the last counts, and the others are not lost in silence.
    world.write(
        ".talismanrc",
        "fileignoreconfig:\n- filename: a/one.txt\n  checksum: 0f\nversion: \"\"\nfileignoreconfig:\n- filename: a/two.txt\nversion: \"\"\n\
         fileignoreconfig:\n- filename: a/three.txt\n",
    );
    let out = world.nospill(&["config", "import", "talisman", ".talismanrc"]).out;
    assert!(out.contains("exclude = [\"/a/three.txt\"]"), "{out}");
    for name in ["a/one.txt", "a/two.txt"] {
        let is_lost = |line: &str| line.starts_with("# not carried over: ") && line.contains(name) && line.contains("the last");
        assert!(out.lines().any(is_lost), "{name}: {out}");
    }
    // Word edges, and the second of two groups.
    world.write(
        "rules.toml",
        "[[rules]]\nid = 'in house'\nregex = '(?i)\\b(HOUSE|HOME)\\b\\s*[:=]\\s*[\"'']?([a-z0-9]{30,})'\nsecretGroup = 2\n"
            .replace("'']", "]"),
    );
    let ran = world.nospill(&["config", "import", "gitleaks", "rules.toml"]);
    assert!(ran.out.contains("(HOUSE|HOME)") && ran.out.contains("(?<secret>[a-z0-9]{30,})"), "{}", ran.whole());
    world.write(".gitleaksignore", "a.py:rule:1\n");
    let ran = world.nospill(&["config", "import", "gitleaks", ".gitleaksignore"]);
    assert!(ran.code == 2 && ran.err.contains("nospill baseline create --from .gitleaksignore"), "{}", ran.whole());
    world.write("old.baseline", r#"{"exclude": {"files": "^vendor/", "lines": "x.*"}, "plugins_used": [{"name": "Own", "path": "file://own.py"}], "results": {}}"#);
    let out = world.nospill(&["config", "import", "detect-secrets", "old.baseline"]).out;
    assert!(
        out.contains("exclude = [\"/vendor/**\"]") && out.contains("exclude.lines `x.*`") && out.contains("plugin `Own`"),
        "{out}"
    );
    // Patterns without a name, or with names that come to the same, are rules of their own.
    world.write(
        "many.json",
        r#"{"rules": [{"id": "x/secretlint-rule-pattern", "options": {"patterns": [{"pattern": "/in-[0-9]{6}/"}, {"pattern": "/out-[0-9]{6}/"},
            {"name": "House Key", "pattern": "/a-[0-9]{6}/"}, {"name": "house_key", "pattern": "/b-[0-9]{6}/"}, {"name": "鍵", "pattern": "/c-[0-9]{6}/"}]}}]}"#,
    );
    let out = world.nospill(&["config", "import", "secretlint", "many.json"]).out;
    for id in ["custom-pattern", "custom-pattern-2", "custom-house-key", "custom-house-key-2", "custom-rule"] {
        assert!(out.contains(&format!("id = \"{id}\"\n")), "{id}: {out}");
    }
    world.write(".nospill.toml", &out);
    assert_eq!(world.nospill(&["dir", "--config", ".nospill.toml", "many.json"]).code, 0, "{out}");
    // What was allowed is not copied into a comment.
    let (line, word) = (crate::env::token(5), format!("pa{}w0rd", "ss"));
    let secret = line.split('"').nth(1).expect("a token");
    world.write(".gitallowed", format!("{line}key = {word}\nexample\\.org\n"));
    let allowed = world.nospill(&["config", "import", "git-allowed", ".gitallowed"]).out;
    world
        .write("own.toml", format!("[allowlist]\nregexes = ['{secret}', '{word}', '[0-9a-f]{{8}}']\nstopwords = ['{secret}']\n"));
    let own = world.nospill(&["config", "import", "gitleaks", "own.toml"]).out;
    assert!(allowed.contains("example") && own.contains("[0-9a-f]{8}"), "{allowed}{own}");
    for out in [allowed, own] {
        assert!(!out.contains(secret) && !out.contains(&word) && out.matches("not carried over").count() > 2, "{out}");
    }
    world.write("broken.yml", "rules: [");
    assert_eq!(world.nospill(&["config", "import", "secretlint", "broken.yml"]).code, 2);
}

/// A YAML file of some hundred bytes can stand for more values than memory holds, or lie deeper than the stack is.
#[test]
fn yaml_that_stands_for_too_much_is_an_error() {
    let world = World::new();
    let level = |at: usize| format!("a{at}: &a{at} [*a{0}, *a{0}]\n", at - 1);
    world.write("bomb.yml", (1..60).map(level).fold("a0: &a0 [x]\n".to_owned(), |text, line| text + &line));
    world.write("deep.yml", "- ".repeat(200_000));
    for tool in ["talisman", "secretlint"] {
        for (file, why) in [("bomb.yml", "stands for over"), ("deep.yml", "100 deep")] {
            let ran = crate::hostile::bounded(&world, &["config", "import", tool, file], &[]);
            assert!(ran.code == 2 && ran.err.contains(why), "{tool} {file}: {}", ran.whole());
        }
    }
}
