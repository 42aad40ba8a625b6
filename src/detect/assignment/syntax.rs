//! How values stand in a kind of file, and in a place of it.

use crate::rules::paths::LowerPath;

/// How values stand in a kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// Program code: a value is a quoted literal; a bare word is a variable.
    Code,
    /// Configuration: bare words are values too.
    Config,
    /// Configuration in which a setting has a line of its own and its value goes to the end of it.
    Lines,
    /// Texts for people: bare words are mostly words.
    Prose,
}

impl Syntax {
    /// Whether a bare word may be a value.
    pub(super) fn has_bare_values(self) -> bool {
        matches!(self, Self::Config | Self::Lines)
    }
}

/// What a file's path says about what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    pub(super) syntax: Syntax,
    /// Tests, examples, fixtures.
    pub(super) rehearsal: bool,
    /// Texts of a user interface in a language.
    pub(super) translation: bool,
    /// Files that something is set up by: a weak password in them is one.
    pub(super) deployment: bool,
}

#[rustfmt::skip]
const CODE: &[&str] = &[
    "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "m", "mm", "cs", "java", "kt", "kts", "scala", "groovy", "go", "rs", "swift",
    "py", "pyi", "pyx", "pxd", "rb", "php", "phtml", "pl", "pm", "lua", "js", "jsx", "mjs", "cjs", "ts", "tsx", "vue",
    "svelte", "dart", "ex", "exs", "erl", "hs", "ml", "clj", "cljs", "r", "jl", "nim", "zig", "d", "pas", "vb", "fs",
    "coffee", "gradle", "json", "tf", "hcl", "ipynb", "jsonc", "json5", "bicep", "y", "l", "s", "proto", "graphql",
];

#[rustfmt::skip]
const PROSE: &[&str] = &[
    "md", "markdown", "rst", "txt", "adoc", "asciidoc", "html", "htm", "xhtml", "tex", "org", "1", "5", "8", "po",
];

const LINES: &[&str] = &["properties", "ini", "cfg", "cnf", "conf", "env", "yaml", "yml"];

/// Generated or third parties' files, in which a name says nothing.
#[rustfmt::skip]
const LOCKS: &[&str] = &[
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "cargo.lock", "poetry.lock", "gemfile.lock",
    "composer.lock", "go.sum", "packages.lock.json", "pipfile.lock", "podfile.lock", "flake.lock", "mix.lock", "uv.lock",
];

impl Manner {
    /// One of each syntax, in which the least is excused: what none of them reads, no path's manner reads.
    pub const STRICTEST: [Self; 4] =
        [Self::strict(Syntax::Code), Self::strict(Syntax::Config), Self::strict(Syntax::Lines), Self::strict(Syntax::Prose)];

    const fn strict(syntax: Syntax) -> Self {
        Self { syntax, rehearsal: false, translation: false, deployment: true }
    }

    /// For a path; `None` where no assignment is worth reading.
    pub fn of(path: &LowerPath) -> Option<Self> {
        let name = path.name();
        // The first byte settles most, and no call is made for it.
        let same = |known: &[u8], word: &[u8]| known.len() == word.len() && known.first() == word.first() && known == word;
        let is = |list: &[&str], word: &[u8]| list.iter().any(|known| same(known.as_bytes(), word));
        let mut parts = name.rsplit(|&b| b == b'.');
        let extension = parts.next().unwrap_or_default();
        let minified = parts.next() == Some(b"min") || matches!(extension, b"map" | b"svg" | b"lock" | b"snap");
        if minified || is(LOCKS, name) {
            return None;
        }
        let syntax = match extension {
            e if is(CODE, e) => Syntax::Code,
            e if is(PROSE, e) => Syntax::Prose,
            e if is(LINES, e) || name.starts_with(b".env") => Syntax::Lines,
            _ => Syntax::Config,
        };
        let (mut rehearsal, mut translation, mut documented) = (name.windows(4).any(|w| w == b"test"), false, false);
        let words = path.path().split(|b| !b.is_ascii_alphanumeric());
        for word in words.filter(|word| LENGTHS.contains(&word.len())) {
            rehearsal = rehearsal || is(REHEARSALS, word);
            translation = translation || is(TRANSLATIONS, word);
            documented = documented || is(DOCUMENTS, word);
        }
        let deployment = !documented && (is(DEPLOYMENTS, extension) || extension == b"json" && is_settings(name));
        Some(Self { syntax, rehearsal, translation, deployment })
    }
}

/// Whether a name of a file in JSON is one of settings.
fn is_settings(name: &[u8]) -> bool {
    [&b"settings"[..], b"config", b"secrets", b"parameters", b"credentials"]
        .iter()
        .any(|word| name.windows(word.len()).any(|part| part == *word))
}

/// Bytes of the words that say something of a path.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=13;
const _: () = {
    let lists = [REHEARSALS, TRANSLATIONS, DOCUMENTS];
    let (mut list, mut word) = (0, 0);
    while list < lists.len() {
        if word == lists[list].len() {
            (list, word) = (list + 1, 0);
        } else {
            assert!(lists[list][word].len() >= *LENGTHS.start() && lists[list][word].len() <= *LENGTHS.end());
            word += 1;
        }
    }
};

#[rustfmt::skip]
const REHEARSALS: &[&str] = &[
    "test", "tests", "testing", "example", "examples", "sample", "samples", "fixture", "fixtures", "testdata", "mock",
    "mocks", "spec", "specs", "demo", "e2e",
];
/// Endings of files that something is set up by.
#[rustfmt::skip]
const DEPLOYMENTS: &[&str] = &[
    "yml", "yaml", "tf", "tfvars", "hcl", "properties", "env", "ini", "conf", "cfg", "cnf", "config", "toml", "bicep", "bicepparam",
    "sql", "prod", "production", "staging", "envrc",
];
#[rustfmt::skip]
const DOCUMENTS: &[&str] = &["doc", "docs", "documentation", "guide", "guides", "tutorial", "tutorials", "template", "templates"];
#[rustfmt::skip]
const TRANSLATIONS: &[&str] = &[
    "locale", "locales", "i18n", "l10n", "lang", "langs", "language", "languages", "translations", "translation", "po",
    "strings",
];

/// Where in its line a name stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Surroundings {
    /// The quote of a string literal that was opened before the name and not closed.
    pub(super) quote: Option<u8>,
    /// The line is a comment.
    pub(super) comment: bool,
    /// The name leads its line, behind the marks of items, quotes and `export` at most.
    pub(super) leads: bool,
}

impl Surroundings {
    /// Of the name at `at`: looks back to the line's start, or a good part of it.
    pub(super) fn of(content: &[u8], at: usize) -> Self {
        const FARTHEST: usize = 400;
        let low = at.saturating_sub(FARTHEST);
        let start = content[low..at].iter().rposition(|&b| b == b'\n').map_or(low, |n| low + n + 1);
        let line = &content[start..at];
        let text = line.trim_ascii_start();
        let leads: [&[u8]; 7] = [b"//", b"#", b"*", b"--", b"/*", b";", b"<!--"];
        let comment = leads.iter().any(|lead| text.starts_with(lead)) || line.windows(3).any(|w| w == b" //");
        let mut quote = None;
        let mut escaped = false;
        for &byte in line {
            match (quote, byte) {
                _ if escaped => escaped = false,
                (_, b'\\') => escaped = true,
                (None, b'"' | b'\'' | b'`') => quote = Some(byte),
                (Some(open), _) if open == byte => quote = None,
                _ => {}
            }
        }
        let lead = text.strip_prefix(b"export ").unwrap_or(text);
        let leads = lead.iter().all(|b| matches!(b, b' ' | b'-' | b'"' | b'\'' | b'?'));
        Self { quote, comment, leads }
    }
}
