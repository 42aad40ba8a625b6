//! From regexes of paths to globs that match the same paths.
//!
//! Read off the regex's syntax tree. What a glob can't say is refused, never widened: a glob that matches more would leave
//! out files that the other scanner looked at.

use std::collections::BTreeSet;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// Most globs that one regex becomes.
const MOST: usize = 64;

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Start,
    End,
    /// Text of a glob, its special characters escaped.
    Text(String),
    /// Anything, `/` included.
    Any,
}

/// The globs that together match what a regex finds in paths; `None` where no globs say the same.
pub(super) fn of_regex(regex: &str) -> Option<Vec<String>> {
    // Tables of Unicode would be a part of the program for this alone.
    let hir = ParserBuilder::new().unicode(false).utf8(false).build().parse(regex).ok()?;
    let mut globs = BTreeSet::new();
    for pieces in alternatives(&hir)? {
        globs.extend(render(pieces)?);
    }
    // `(^|/)x` and its kin: at the top or below.
    for glob in globs.clone() {
        if let Some(rest) = glob.strip_prefix("**/*/")
            && globs.remove(&format!("/{rest}"))
        {
            globs.remove(&glob);
            globs.insert(format!("**/{rest}"));
        }
    }
    let short = |glob: String| match glob.strip_prefix("**/") {
        // One without `/` is matched against the name of the file.
        Some(name) if !name.contains('/') && name != "*" && name != "**" => name.to_owned(),
        _ => glob,
    };
    (!globs.is_empty()).then(|| globs.into_iter().map(short).collect())
}

/// What a node may be, each a sequence.
fn alternatives(hir: &Hir) -> Option<Vec<Vec<Piece>>> {
    let one = |piece: Piece| Some(vec![vec![piece]]);
    match hir.kind() {
        HirKind::Empty => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => one(Piece::Text(escaped(std::str::from_utf8(&literal.0).ok()?))),
        HirKind::Class(class) => one(Piece::Text(character(class)?)),
        HirKind::Look(Look::Start | Look::StartLF) => one(Piece::Start),
        HirKind::Look(Look::End | Look::EndLF) => one(Piece::End),
        HirKind::Look(_) => None,
        HirKind::Capture(capture) => alternatives(&capture.sub),
        HirKind::Repetition(repetition) => match (repetition.min, repetition.max) {
            (0, Some(1)) => {
                let mut all = alternatives(&repetition.sub)?;
                all.push(Vec::new());
                Some(all)
            }
            (min @ (0 | 1), None) => match repetition.sub.kind() {
                HirKind::Class(class) if is_any(class, b'/') => one(Piece::Any),
                HirKind::Class(class) if is_any_but_slash(class) => {
                    one(Piece::Text(if min == 0 { "*" } else { "?*" }.to_owned()))
                }
                _ => None,
            },
            _ => None,
        },
        HirKind::Concat(parts) => parts.iter().try_fold(vec![Vec::new()], |all, part| {
            let tails = alternatives(part)?;
            let join = |head: &Vec<Piece>| tails.iter().map(|tail| [&head[..], tail].concat()).collect::<Vec<_>>();
            Some(all.iter().flat_map(join).collect::<Vec<_>>()).filter(|all| all.len() <= MOST)
        }),
        HirKind::Alternation(parts) => {
            let all: Option<Vec<_>> = parts.iter().map(alternatives).collect();
            Some(all?.concat()).filter(|all| all.len() <= MOST)
        }
    }
}

/// Whether a class is so large that it means any character, this one included.
fn is_any(class: &Class, with: u8) -> bool {
    const LARGE: usize = 200;
    let Class::Bytes(class) = class else { return false };
    let size: usize = class.ranges().iter().map(|range| usize::from(range.end() - range.start()) + 1).sum();
    size > LARGE && class.ranges().iter().any(|range| range.start() <= with && with <= range.end())
}

/// `[^/]`, or with the backslash left out, too.
fn is_any_but_slash(class: &Class) -> bool {
    is_any(class, b'.') && is_any(class, b'a') && !is_any(class, b'/')
}

/// One character: a dot that was not escaped is meant as a dot, and `[/\\]` as `/`.
fn character(class: &Class) -> Option<String> {
    const MOST_RANGES: usize = 16;
    if is_any(class, b'/') {
        return Some(".".to_owned());
    }
    if is_any_but_slash(class) {
        return Some("?".to_owned());
    }
    let Class::Bytes(class) = class else { return None };
    let ranges: Vec<(char, char)> = class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect();
    if ranges.iter().all(|&(from, to)| from == to && matches!(from, '/' | '\\')) {
        return Some("/".to_owned());
    }
    let has_slash = ranges.iter().any(|&(from, to)| from <= '/' && '/' <= to);
    if has_slash || ranges.len() > MOST_RANGES || !ranges.iter().all(|&(from, to)| is_plain(from) && is_plain(to)) {
        return None;
    }
    let range = |&(from, to): &(char, char)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    Some(format!("[{}]", ranges.iter().map(range).collect::<String>()))
}

/// Whether a character means itself inside brackets; `-` does where it comes first, which is as good as never.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ' ')
}

fn escaped(text: &str) -> String {
    let mut glob = String::new();
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '!' | '\\') {
            glob.push('\\');
        }
        glob.push(c);
    }
    glob
}

/// The globs of one sequence; a regex that does not say where it starts or ends is met anywhere.
fn render(mut pieces: Vec<Piece>) -> Option<Vec<String>> {
    match pieces.first() {
        Some(Piece::Start) => drop(pieces.remove(0)),
        _ => pieces.insert(0, Piece::Any),
    }
    match pieces.last() {
        Some(Piece::End) => drop(pieces.pop()),
        _ => pieces.push(Piece::Any),
    }
    let mut merged: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (merged.last_mut(), piece) {
            (_, Piece::Start | Piece::End) => return None,
            (Some(Piece::Text(text)), Piece::Text(more)) => text.push_str(&more),
            (Some(Piece::Any), Piece::Any) => {}
            (_, piece) => merged.push(piece),
        }
    }
    // What matches everything would leave out everything.
    if !merged.iter().any(|piece| matches!(piece, Piece::Text(text) if text.chars().any(char::is_alphanumeric))) {
        return None;
    }
    let mut globs = vec!["/".to_owned()];
    for (at, piece) in merged.iter().enumerate() {
        let next = match merged.get(at + 1) {
            Some(Piece::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        match piece {
            Piece::Text(text) => globs.iter_mut().for_each(|glob| glob.push_str(text)),
            _ => globs = globs.iter().flat_map(|glob| spread(glob, next)).collect(),
        }
        if globs.len() > MOST {
            return None;
        }
    }
    Some(globs.into_iter().map(|glob| glob.strip_prefix("/**").map_or(glob.clone(), |rest| format!("**{rest}"))).collect())
}

/// Ways to go on with anything behind a glob, before `next` or the end.
fn spread(glob: &str, next: Option<&str>) -> Vec<String> {
    match (glob.ends_with('/'), next) {
        (true, None) => vec![format!("{glob}**")],
        (true, Some(_)) => vec![format!("{glob}**/*")],
        (false, Some(next)) if next.starts_with('/') => {
            vec![format!("{glob}*/**").trim_end_matches("/**").to_owned(), format!("{glob}*/**/*")]
        }
        (false, Some(_)) => vec![format!("{glob}*"), format!("{glob}*/**/*")],
        (false, None) => vec![format!("{glob}*"), format!("{glob}*/**")],
    }
}

/// The globs of a line of gitignore: in the second place those that are taken in again.
pub(super) fn of_gitignore(line: &str) -> Option<(Vec<String>, Vec<String>)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (is_back, line) = line.strip_prefix('!').map_or((false, line), |line| (true, line));
    let (is_folder, body) = line.strip_suffix('/').map_or((false, line), |body| (true, body));
    let name = body.strip_prefix("./").unwrap_or(body).trim_start_matches('/');
    if name.is_empty() {
        return None;
    }
    let is_anchored = body.contains('/') && !name.starts_with("**/");
    let at = if is_anchored {
        "/"
    } else if name.starts_with("**/") {
        ""
    } else {
        "**/"
    };
    let mut globs = Vec::new();
    if !is_folder {
        globs.push(if at == "**/" { name.to_owned() } else { format!("{at}{name}") });
    }
    // What a name means may be a folder; one with a suffix that is a wildcard's hardly is.
    let ends_in_all = name.ends_with("/**") || name.ends_with("/*");
    if is_folder || !ends_in_all && !name.rsplit('/').next().is_some_and(|last| last.starts_with("*.")) {
        globs.push(format!("{at}{name}/**"));
    }
    Some(if is_back { (Vec::new(), globs) } else { (globs, Vec::new()) })
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;
    use crate::policy::paths::Globs;

    const PATHS: &[&str] = &[
        "vendor/a.js",
        "x/vendor/a.js",
        "vendor.txt",
        "vendored/a",
        "a.snap",
        "x/a.snap",
        "x/a.snap.txt",
        "go.sum",
        "x/go.sum",
        "goXsum",
        "data/x.json",
        "data/y/x.json",
        "a/data/x.json",
        "scripts/check-a.sh",
        "scripts/check-a/b.sh",
        "scripts/a.sh",
        "spec/a",
        "aspec/a",
        "mock/a",
        "x/mock/a",
        "artifacts.example/a",
        "x/keys.example/a",
        "img.jpg",
        "x/y/z.gif",
        "test/fixtures/a",
        "test/a/fixtures/b",
        "tests/fixtures/a",
        "a/b/c/d.lock",
        "README.md",
        "docs/README.md",
        ".env.example",
        "x/.env.example",
        "node_modules/a/b",
        "src/a_test.go",
        "src/[a].js",
        "a b.txt",
        "x",
        "yarn.lock",
    ];

    #[test]
    fn globs_match_what_the_regexes_find() {
        for regex in [
            "^vendor/",
            "(^|/)vendor/",
            r"\.snap$",
            r"\.snap",
            r"go\.sum$",
            r"(^|/)go\.sum$",
            r"data/.*\.json",
            r"^data/.*\.json$",
            r"scripts/check-.*\.sh",
            r"(^|\/)mock\/|(^|\/)(artifacts|keys)\.example\/|^spec\/",
            r"(.*?)(jpg|gif|doc|pdf|bin)$",
            r"^vendor/(.*?)$",
            r"tests?/fixtures/",
            r"test/[^/]+/fixtures",
            r".*/docs/.*",
            r"^\.env\.example$",
            r"node_modules",
            r"(?:^|/)node_modules(?:/.*)?$",
            r"src/.*_test\.go",
            r"src/\[a\]\.js$",
            r"(?i)readme\.md$",
            r"[/\\]README\.md$",
            r"^[^/]*\.lock$",
        ] {
            let globs = of_regex(regex).unwrap_or_else(|| panic!("{regex} has globs"));
            let (compiled, said) = (Regex::new(regex).expect(regex), Globs::over(globs.clone()).expect("globs"));
            for path in PATHS {
                assert_eq!(said.hit(path.as_bytes()), compiled.is_match(path), "{regex} as {globs:?} of {path}");
            }
        }
    }

    #[test]
    fn what_no_glob_says_is_refused() {
        for regex in [".*", "^", "", r"v\d+", "[a-z]{3}", r"\bx\b", "(", "a+", "(a|b)*x", "^a$|.*"] {
            assert_eq!(of_regex(regex), None, "{regex}");
        }
        assert_eq!(
            of_regex("web/sdk.min.js").as_deref(),
            Some(&["**/*web/sdk.min.js*".to_owned(), "**/*web/sdk.min.js*/**".to_owned()][..])
        );
    }

    #[test]
    fn lines_of_gitignore() {
        for (line, paths) in [
            ("node_modules", &["node_modules/a/b"][..]),
            ("/vendor/", &["vendor/a.js"]),
            ("vendor/", &["vendor/a.js", "x/vendor/a.js"]),
            ("*.snap", &["a.snap", "x/a.snap"]),
            ("data/*.json", &["data/x.json"]),
            ("**/go.sum", &["go.sum", "x/go.sum"]),
            (
                "x/**",
                &[
                    "x/vendor/a.js",
                    "x/a.snap",
                    "x/a.snap.txt",
                    "x/go.sum",
                    "x/mock/a",
                    "x/keys.example/a",
                    "x/y/z.gif",
                    "x/.env.example",
                ],
            ),
            ("./README.md", &["README.md"]),
        ] {
            let (out, back) = of_gitignore(line).expect(line);
            assert!(back.is_empty());
            let said = Globs::over(out.clone()).expect("globs");
            let hit: Vec<&str> = PATHS.iter().copied().filter(|path| said.hit(path.as_bytes())).collect();
            assert_eq!(hit, paths, "{line} as {out:?}");
        }
        assert_eq!(of_gitignore("!docs/a.md"), Some((Vec::new(), vec!["/docs/a.md".to_owned(), "/docs/a.md/**".to_owned()])));
        assert_eq!((of_gitignore("# x"), of_gitignore(" "), of_gitignore("/")), (None, None, None));
    }
}
