//! `nospill config import`: what other scanners' files say, in our words, and what we can't say.

use std::path::Path;

use regex::bytes::Regex;
use toml::{Table, Value};

use crate::cli::keep::Tool;
use crate::commands::print;
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::report::escape;

/// What becomes of a file.
#[derive(Default)]
struct Imported {
    exclude: Vec<String>,
    allows: Vec<String>,
    rules: Vec<String>,
    others: Vec<String>,
    lost: Vec<String>,
}

/// Prints the configuration, with what is lost as comments and on standard error.
///
/// # Errors
/// The file can't be read or parsed.
pub(super) fn run(tool: Tool, file: &Path) -> Result<Exit, CommandError> {
    let wrong = |what: String| CommandError::new(Kind::User, format!("{}: {what}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    print(&convert(tool, &text, file).map_err(wrong)?)?;
    Ok(Exit::Clean)
}

/// The configuration that the text of a tool's file becomes; `file` is its name.
///
/// # Errors
/// What is wrong with the text.
pub fn convert(tool: Tool, text: &str, file: &Path) -> Result<String, String> {
    let mut imported = Imported::default();
    match tool {
        Tool::Gitleaks => imported.gitleaks(&text.parse::<Table>().map_err(|error| error.to_string())?),
        Tool::DetectSecrets => imported.detect_secrets(&serde_json::from_str(text).map_err(|error| error.to_string())?),
        Tool::GitAllowed => imported.git_allowed(text),
        Tool::Talisman => imported.talisman(text),
    }
    Ok(imported.render(file))
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn list(texts: &[String]) -> String {
    texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")
}

/// The value of a key in whatever case, as gitleaks reads it.
fn get<'t>(table: &'t Table, key: &str) -> Option<&'t Value> {
    table.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}

fn texts(table: &Table, key: &str) -> Vec<String> {
    let all = get(table, key).and_then(Value::as_array).into_iter().flatten();
    all.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn text(table: &Table, key: &str) -> Option<String> {
    get(table, key).and_then(Value::as_str).map(str::to_owned)
}

fn tables<'t>(table: &'t Table, keys: [&str; 2]) -> Vec<&'t Table> {
    let found = keys.iter().filter_map(|key| get(table, key));
    found
        .flat_map(|value| match value {
            Value::Array(all) => all.iter().filter_map(Value::as_table).collect(),
            Value::Table(one) => vec![one],
            _ => Vec::new(),
        })
        .collect()
}

/// The glob that a regex of paths means, where it is one.
fn glob(regex: &str) -> Option<String> {
    let starts = regex.starts_with('^') || regex.starts_with("(^|/)");
    let ends = regex.ends_with('$');
    let inner = regex.trim_start_matches("(^|/)").trim_start_matches('^').trim_end_matches('$');
    let inner = inner.trim_start_matches(".*").trim_end_matches(".*");
    let mut glob = String::new();
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => glob.push(chars.next().filter(|c| c.is_ascii_punctuation())?),
            '.' if chars.peek() == Some(&'*') => {
                chars.next();
                glob.push_str("**");
            }
            '.' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '+' | '*' | '?' | '^' | '$' => return None,
            other => glob.push(other),
        }
    }
    let inner_glob = glob.replace("/**", "/**/*");
    let anchored = starts && !regex.starts_with("(^|/)");
    let head = if anchored || inner_glob.starts_with('/') && !regex.starts_with('/') { "" } else { "**/" };
    let tail = if ends {
        ""
    } else if inner_glob.ends_with('/') {
        "**"
    } else {
        "*"
    };
    let inner_glob = inner_glob.trim_start_matches('/');
    (!inner_glob.is_empty()).then(|| match (head, inner_glob.contains('/'), anchored) {
        (_, false, true) => format!("/{inner_glob}{tail}"),
        // In the middle of a name, too: gitleaks searches.
        ("**/", ..) if !regex.starts_with("(^|/)") && !regex.starts_with('/') => format!("**/*{inner_glob}{tail}"),
        _ => format!("{head}{inner_glob}{tail}"),
    })
}

impl Imported {
    fn gitleaks(&mut self, top: &Table) {
        for key in top.keys().filter(|key| {
            !["title", "description", "minversion", "extend", "rules", "allowlist", "allowlists"]
                .contains(&key.to_lowercase().as_str())
        }) {
            self.lost.push(format!("`{key}`: gitleaks does not know it either"));
        }
        if let Some(extend) = get(top, "extend").and_then(Value::as_table) {
            for rule in texts(extend, "disabledRules") {
                self.lost.push(format!(
                    "extend.disabledRules `{rule}`: find ours with `nospill rules list`, then `[override.ID] enabled = false`"
                ));
            }
            if let Some(path) = text(extend, "path") {
                self.lost.push(format!("extend.path `{path}`: import that file, too"));
            }
        }
        for list in tables(top, ["allowlists", "allowlist"]) {
            self.allowlist(list, &texts(list, "targetRules"), "global");
        }
        for rule in tables(top, ["rules", "rules"]).into_iter().take(tables(top, ["rules", "-"]).len()) {
            self.gitleaks_rule(rule);
        }
    }

    fn gitleaks_rule(&mut self, rule: &Table) {
        let Some(id) = text(rule, "id") else { return self.lost.push("a rule without id".to_owned()) };
        let own = format!("custom-{}", id.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
        for list in tables(rule, ["allowlists", "allowlist"]) {
            self.allowlist(list, std::slice::from_ref(&own), &id);
        }
        let (regex, path) = (text(rule, "regex"), text(rule, "path"));
        let paths = path.as_deref().map(glob);
        if path.is_some() && paths.as_ref().is_some_and(Option::is_none) {
            self.lost.push(format!("rule `{id}`: the path `{}` is no glob; the rule is for all paths", path.unwrap_or_default()));
        }
        let paths = paths.flatten();
        let mut lines = format!("[[rule]]\nid = {}\n", quoted(&own));
        if let Some(title) = text(rule, "description").filter(|title| !title.is_empty()) {
            lines.push_str(&format!("title = {}\n", quoted(&title)));
        }
        let keywords: Vec<String> =
            texts(rule, "keywords").into_iter().map(|k| k.to_lowercase()).filter(|k| k.len() >= 3).collect();
        if !keywords.is_empty() {
            lines.push_str(&format!("keywords = [{}]\n", list(&keywords)));
        }
        match &regex {
            Some(regex) => {
                let group = get(rule, "secretGroup").and_then(Value::as_integer).unwrap_or(0);
                match grouped(regex, group) {
                    Some(regex) => lines.push_str(&format!("regex = {}\n", quoted(&regex))),
                    None => return self.lost.push(format!("rule `{id}`: its regex does not compile here")),
                }
            }
            None if paths.is_none() => return self.lost.push(format!("rule `{id}`: neither regex nor a path that is a glob")),
            None => {}
        }
        if let Some(path) = paths {
            lines.push_str(&format!("path = [{}]\n", quoted(&path)));
        }
        if let Some(bits) = get(rule, "entropy").and_then(|v| v.as_float().or_else(|| v.as_integer().map(|i| i as f64)))
            && bits > 0.0
            && regex.is_some()
        {
            lines.push_str(&format!("checks = [{{ entropy = {bits:?} }}]\n"));
        }
        for (key, why) in [
            ("required", "write `requires` by hand"),
            ("skipReport", "there is no such thing"),
            ("tags", "there is no such thing"),
        ] {
            if get(rule, key).is_some() {
                self.lost.push(format!("rule `{id}`, `{key}`: {why}"));
            }
        }
        self.rules.push(lines);
    }

    /// An allowlist of the whole or of a rule.
    fn allowlist(&mut self, list: &Table, rules: &[String], whose: &str) {
        let is_and = text(list, "condition").is_some_and(|c| c == "&&" || c.eq_ignore_ascii_case("and"));
        let (paths, commits) = (texts(list, "paths"), texts(list, "commits"));
        let reason = text(list, "description")
            .filter(|d| !d.trim().is_empty())
            .unwrap_or_else(|| format!("gitleaks allowlist of {whose}"));
        for (key, what) in [("regexes", "a regex"), ("stopwords", "a stop word")] {
            for value in texts(list, key) {
                self.lost.push(format!("{whose}, {key} `{value}`: {what} allows nothing here; `nospill allow` allows findings"));
            }
        }
        if is_and {
            return self.lost.push(format!("{whose}: an allowlist whose conditions must all hold"));
        }
        let mut globs = Vec::new();
        for path in paths {
            match glob(&path) {
                Some(glob) => globs.push(glob),
                None => self.lost.push(format!("{whose}, path `{path}`: no glob says the same")),
            }
        }
        if rules.is_empty() {
            self.exclude.extend(globs);
        } else if !globs.is_empty() {
            let only = self::list(rules);
            self.allows.push(format!(
                "[[allow]]\nreason = {}\nrule = [{only}]\npath = [{}]\n",
                quoted(&reason),
                self::list(&globs)
            ));
        }
        let commits: Vec<String> = commits.into_iter().filter(|id| id.len() >= 7).collect();
        if !commits.is_empty() {
            let only = if rules.is_empty() { String::new() } else { format!("rule = [{}]\n", self::list(rules)) };
            self.allows.push(format!("[[allow]]\nreason = {}\n{only}commit = [{}]\n", quoted(&reason), self::list(&commits)));
        }
    }

    fn detect_secrets(&mut self, baseline: &serde_json::Value) {
        for filter in baseline["filters_used"].as_array().into_iter().flatten() {
            let path = filter["path"].as_str().unwrap_or_default();
            let pattern = match &filter["pattern"] {
                serde_json::Value::String(one) => vec![one.clone()],
                serde_json::Value::Array(all) => all.iter().filter_map(|p| p.as_str().map(str::to_owned)).collect(),
                _ => Vec::new(),
            };
            if path.ends_with("should_exclude_file") {
                for pattern in pattern {
                    match glob(&pattern) {
                        Some(glob) => self.exclude.push(glob),
                        None => self.lost.push(format!("filter {path} `{pattern}`: no glob says the same")),
                    }
                }
            } else if !pattern.is_empty() {
                self.lost.push(format!("filter {path} `{}`: a regex allows nothing here", pattern.join("`, `")));
            }
        }
        if baseline["results"].as_object().is_some_and(|results| !results.is_empty()) {
            self.others.push("# Its findings: nospill baseline create --from FILE".to_owned());
        }
    }

    fn git_allowed(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            // git-secrets matches `path:line:content`; one that ends behind a path is about that path.
            match line.strip_suffix(":.*").or_else(|| line.strip_suffix(":")).and_then(glob) {
                Some(glob) => self.exclude.push(glob),
                None => {
                    self.lost.push(format!("`{line}`: a regex of contents allows nothing here; `nospill allow` allows findings"))
                }
            }
        }
    }

    /// The few keys of `.talismanrc` that say something: read line by line, for it is YAML of a fixed shape.
    fn talisman(&mut self, text: &str) {
        let bare = |value: &str| value.trim().trim_matches(['"', '\'']).to_owned();
        for line in text.lines() {
            let item = line.trim().trim_start_matches("- ");
            if let Some(name) = item.strip_prefix("filename:") {
                self.exclude.push(format!("/{}", bare(name).trim_start_matches('/')));
            } else if let Some((key, value)) = item.split_once(':')
                && !["fileignoreconfig", "checksum", "version", "ignore_detectors"].contains(&key)
                && !value.trim().is_empty()
            {
                self.lost.push(format!("`{key}`: {}", value.trim()));
            }
        }
        if text.contains("checksum:") {
            self.lost.push(
                "checksums: a file that changes is not scanned again here; `nospill allow` is about single findings".to_owned(),
            );
        }
    }

    fn render(&self, file: &Path) -> String {
        let mut text = format!("# From {}.\n", escape::path(file.as_os_str().as_encoded_bytes()));
        for lost in &self.lost {
            text.push_str(&format!("# not carried over: {}\n", escape::path(lost.replace('\n', " ").as_bytes())));
        }
        self.others.iter().for_each(|other| text.push_str(&format!("{other}\n")));
        if !self.exclude.is_empty() {
            text.push_str(&format!("\n[scan]\nexclude = [{}]\n", list(&self.exclude)));
        }
        for part in self.allows.iter().chain(&self.rules) {
            text.push_str(&format!("\n{part}"));
        }
        text
    }
}

/// A regex whose group `secret` is what gitleaks takes: a numbered group, else the first, else all.
fn grouped(regex: &str, group: i64) -> Option<String> {
    let compiled = Regex::new(regex).ok()?;
    let wanted = if group > 0 { group as usize } else { usize::from(compiled.captures_len() > 1) };
    if wanted == 0 {
        return Some(regex.to_owned());
    }
    if compiled.capture_names().any(|name| name == Some("secret")) {
        return Some(regex.to_owned());
    }
    let (mut at, mut seen, mut in_class) = (0, 0, false);
    let bytes = regex.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' if !in_class => in_class = true,
            b']' if in_class => in_class = false,
            b'(' if !in_class && (bytes.get(at + 1) != Some(&b'?') || regex[at..].starts_with("(?P<")) => {
                seen += 1;
                if seen == wanted {
                    let rest = &regex[at + 1..];
                    let rest = rest.strip_prefix("?P<").and_then(|named| named.split_once('>')).map_or(rest, |(_, rest)| rest);
                    return Some(format!("{}(?<secret>{rest}", &regex[..at]));
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}
