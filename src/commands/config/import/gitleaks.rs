//! gitleaks' configuration: rules and allowlists, in the keys of version 8 and the older `whitelist`.

use regex::bytes::RegexBuilder;
use toml::{Table, Value};

use super::{Imported, list, quoted};

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

fn tables<'t>(table: &'t Table, keys: &[&str]) -> Vec<&'t Table> {
    let found = keys.iter().filter_map(|key| get(table, key));
    found
        .flat_map(|value| match value {
            Value::Array(all) => all.iter().filter_map(Value::as_table).collect(),
            Value::Table(one) => vec![one],
            _ => Vec::new(),
        })
        .collect()
}

impl Imported {
    /// All of a `.gitleaks.toml`.
    pub(super) fn gitleaks(&mut self, top: &Table) {
        for key in top.keys().filter(|key| {
            !["title", "description", "minversion", "extend", "rules", "allowlist", "allowlists", "whitelist"]
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
        for list in tables(top, &["allowlists", "allowlist", "whitelist"]) {
            self.allowlist(list, &texts(list, "targetRules"), "global");
        }
        for rule in tables(top, &["rules"]) {
            self.gitleaks_rule(rule);
        }
    }

    fn gitleaks_rule(&mut self, rule: &Table) {
        let Some(id) = text(rule, "id") else { return self.lost.push("a rule without id".to_owned()) };
        let own = self.own_id(&id);
        for list in tables(rule, &["allowlists", "allowlist", "whitelist"]) {
            self.allowlist(list, std::slice::from_ref(&own), &id);
        }
        let (regex, path) = (text(rule, "regex"), text(rule, "path"));
        let paths = path.as_deref().map(super::glob::of_regex);
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
        if let Some(paths) = paths {
            lines.push_str(&format!("path = [{}]\n", list(&paths)));
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
        // `files` was its name before `paths`.
        let (paths, commits) = ([texts(list, "paths"), texts(list, "files")].concat(), texts(list, "commits"));
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
            match super::glob::of_regex(&path) {
                Some(more) => globs.extend(more),
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
}

/// A regex whose group `secret` is what gitleaks takes: a numbered group, else the first, else all.
pub(super) fn grouped(regex: &str, group: i64) -> Option<String> {
    // As rules of one's own are compiled: what only Unicode's tables know, as its word edges, is not built in.
    let compiled = RegexBuilder::new(regex).unicode(false).multi_line(true).build().ok()?;
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
