//! `.dockerignore`: which files a docker build is not sent. The last line that matches a path, or a folder above it, decides;
//! lines are rooted at the context. What a line matches is what docker's `patternmatcher` makes of it, an expression of its own
//! that is no glob of anybody else's: braces are plain, `**` ends at a `/`, a class is negated by `^` alone.

use std::path::Path;

use regex::Regex;

use crate::source::reader;

/// What a context's folder calls the files.
const DOCKER: &str = ".dockerignore";
const CONTAINER: &str = ".containerignore";

/// The ignore files of a context. A build goes by one of them, and which build there will be is not known: what one lets through
/// is sent.
#[derive(Clone, Debug)]
pub struct DockerIgnore(Vec<Lines>);

/// The lines of one file: what each matches, and whether it is an exception.
type Lines = Vec<(Regex, bool)>;

impl DockerIgnore {
    /// Those of a folder; one that can't be read, or a line that is no pattern, leaves nothing out.
    pub fn of(context: &Path) -> Self {
        let text = |name: &String| reader::own_text(context.join(name)).unwrap_or_default();
        Self(files(context).iter().map(|name| lines(&text(name))).collect())
    }

    /// One, by its text.
    pub fn parse(text: &str) -> Self {
        Self(vec![lines(text)])
    }

    /// Whether a file, by its path from the context's top, is left out of every build.
    pub fn excludes(&self, path: &str) -> bool {
        self.0.iter().all(|lines| {
            let hit = |line: &Regex| {
                let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
                ends.into_iter().any(|end| line.is_match(&path[..end]))
            };
            let last = lines.iter().rev().find(|(line, _)| hit(line));
            last.is_some_and(|(_, is_exception)| !is_exception)
        })
    }
}

/// The names of the ignore files that builds of a folder go by: docker's, podman's, and those of one build file. Where there is
/// none, the one that there might be.
pub fn files(context: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(context).into_iter().flatten().filter_map(Result::ok);
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(DOCKER) || name == CONTAINER).collect();
    names.sort();
    if names.is_empty() {
        names.push(DOCKER.to_owned());
    }
    names
}

fn lines(text: &str) -> Lines {
    let lines = text.trim_start_matches('\u{feff}').lines().filter(|line| !line.starts_with('#')).map(str::trim);
    let rule = |line: &str| {
        let (line, is_exception) = line.strip_prefix('!').map_or((line, false), |rest| (rest.trim(), true));
        let path = clean(line);
        let line = (!path.is_empty()).then(|| Regex::new(&expression(&path)).ok()).flatten()?;
        Some((line, is_exception))
    };
    lines.filter_map(rule).collect()
}

/// A path without empty parts, `.`, and what `..` takes back.
fn clean(line: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in line.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn expression(path: &str) -> String {
    let mut expression = String::from("(?s)^");
    let mut rest = path.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '*' if rest.next_if_eq(&'*').is_some() => {
                let _ = rest.next_if_eq(&'/');
                expression.push_str(if rest.peek().is_none() { ".*" } else { "(.*/)?" });
            }
            '*' => expression.push_str("[^/]*"),
            '?' => expression.push_str("[^/]"),
            '[' | ']' => expression.push(c),
            '\\' => expression.extend(rest.next().map(|next| regex::escape(next.encode_utf8(&mut [0; 4])))),
            '^' | '-' => expression.push(c),
            c => expression.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push('$');
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_matches_decides() {
        let text = "# no\n\n.env*\n/build/\n**/*.pem\n!certs/public.pem\nsecrets\n!.env.example\n";
        let ignore = DockerIgnore::parse(text);
        for (path, want) in [
            (".env", true),
            (".env.local", true),
            (".env.example", false),
            ("app/.env", false),
            ("build/a/b", true),
            ("a/build/b", false),
            ("a/b/key.pem", true),
            ("key.pem", true),
            ("certs/public.pem", false),
            ("secrets/a", true),
        ] {
            assert_eq!(ignore.excludes(path), want, "{path}");
        }
        assert!(!DockerIgnore::parse("").excludes(".env"));
    }

    /// As `buildah build` leaves files out; see the module.
    #[test]
    fn lines_are_read_as_docker_does() {
        for (line, left_out, sent) in [
            ("{build,secrets}", "{build,secrets}/a", "build/o"),
            ("**.pem", "a/.pem", "k.pem"),
            ("a**b", "a/x/b", "ac/x"),
            ("[!k].pem", "k.pem", "x.pem"),
            ("[^k].pem", "x.pem", "k.pem"),
            ("a/b/../k.pem", "a/k.pem", "a/b/k.pem"),
            ("../x", "../x", "x"),
            ("a/**/.env", "a/.env", ".env"),
            ("*/temp*", "a/temp2", "temp1/t"),
            ("br\\[1].txt", "br[1].txt", "br1.txt"),
            ("a+(b).$", "a+(b).$", "aab"),
            ("\\#x", "#x", "x"),
            (" # y", "# y", "y"),
            ("x.*", "x.y/z", "xy"),
            ("[", "", "["),
        ] {
            let ignore = DockerIgnore::parse(line);
            assert!(left_out.is_empty() || ignore.excludes(left_out), "{line}: {left_out}");
            assert!(!ignore.excludes(sent), "{line}: {sent}");
        }
    }
}
