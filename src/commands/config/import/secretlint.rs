//! secretlint: `.secretlintrc.json` or `.yml`, and `.secretlintignore`.

use yaml_rust2::{Yaml, YamlEmitter};

use super::{Imported, gitleaks, glob, quoted};
use crate::policy::paths::check;

/// Rules of secretlint's that are about one provider, and ours: the last word of theirs, globs of ours.
const PROVIDERS: &[(&str, &str)] = &[
    ("anthropic", "anthropic-*"),
    ("aws", "aws-*"),
    ("databricks", "databricks-*"),
    ("figma", "figma-*"),
    ("github", "github-*"),
    ("gitlab", "gitlab-*"),
    ("grafana", "grafana-*"),
    ("groq", "groq-*"),
    ("huggingface", "huggingface-*"),
    ("linear", "linear-*"),
    ("notion", "notion-*"),
    ("npm", "npm*"),
    ("openai", "openai-*"),
    ("sendgrid", "sendgrid-*"),
    ("shopify", "shopify-*"),
    ("slack", "slack-*"),
    ("stripe", "stripe-*"),
];

/// The words of a value, for a comment.
pub(super) fn shown(value: &Yaml) -> String {
    let mut text = String::new();
    // What can't be written is a value that no file has.
    let _ = YamlEmitter::new(&mut text).dump(value);
    text.trim_start_matches("---").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text or a list of them; numbers count as written.
pub(super) fn texts(value: &Yaml) -> Vec<String> {
    let one = |value: &Yaml| match value {
        Yaml::String(text) | Yaml::Real(text) => Some(text.clone()),
        Yaml::Integer(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Yaml::Array(all) => all.iter().filter_map(one).collect(),
        other => one(other).into_iter().collect(),
    }
}

impl Imported {
    /// Lines of a `.secretlintignore`, which reads as `.gitignore` does.
    pub(super) fn secretlint_ignore<'t>(&mut self, lines: impl Iterator<Item = &'t str>) {
        for (exclude, include) in lines.filter_map(glob::of_gitignore) {
            // The order says what is taken back.
            let globs = exclude.into_iter().chain(include.into_iter().map(|glob| format!("!{glob}")));
            for glob in globs {
                match check(glob.trim_start_matches('!')) {
                    Ok(()) => self.exclude.push(glob),
                    Err(error) => self.lost.push(error.to_string()),
                }
            }
        }
    }

    /// All of a `.secretlintrc`.
    pub(super) fn secretlint(&mut self, file: &Yaml) {
        for (key, value) in file.as_hash().into_iter().flatten() {
            match key.as_str().unwrap_or_default() {
                "rules" => value.as_vec().into_iter().flatten().for_each(|rule| self.secretlint_rule(rule)),
                // secretlint knows none of these, but who wrote one means it.
                "ignore" | "ignores" | "ignoreFiles" | "ignorePatterns" => {
                    self.secretlint_ignore(texts(value).iter().map(String::as_str));
                }
                "$schema" => {}
                key => self.lost.push(format!("`{key}`: {}", shown(value))),
            }
        }
    }

    /// A rule, or a preset with rules in it.
    fn secretlint_rule(&mut self, rule: &Yaml) {
        let id = rule["id"].as_str().unwrap_or_default();
        let short = id.rsplit('/').next().unwrap_or(id);
        let short = short.strip_prefix("secretlint-rule-").unwrap_or(short);
        for inner in rule["rules"].as_vec().into_iter().flatten() {
            self.secretlint_rule(inner);
        }
        let is_off = rule["disabled"].as_bool() == Some(true);
        let effect = match rule["severity"].as_str() {
            _ if is_off => Some("off"),
            Some("warning" | "info") => Some("audit"),
            _ => None,
        };
        let provider = PROVIDERS.iter().find(|(name, _)| *name == short);
        match (effect, provider) {
            (Some(effect), Some((_, rules))) => self.policies.push(format!(
                "[[policy]]\neffect = {}\nrule = {}\nreason = {}\n",
                quoted(effect),
                quoted(rules),
                quoted(&format!("secretlint's {short}"))
            )),
            (Some(_), None) => {
                let what = if is_off { "disabled".to_owned() } else { format!("severity {}", shown(&rule["severity"])) };
                self.lost.push(format!(
                    "rule `{id}`, {what}: find ours with `nospill rules list`, then [[policy]] with rule and effect"
                ));
            }
            (None, _) => {}
        }
        if !is_off {
            rule["options"]["patterns"].as_vec().into_iter().flatten().for_each(|pattern| self.secretlint_pattern(pattern));
        }
        for message in texts(&rule["allowMessageIds"]) {
            self.lost.push(format!("rule `{id}`, allowMessageIds `{message}`: find ours with `nospill rules list`"));
        }
        for (key, value) in rule["options"].as_hash().into_iter().flatten() {
            match key.as_str().unwrap_or_default() {
                "patterns" => {}
                "allows" => {
                    let count = texts(value).len();
                    let what = if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
                    // Not said here: they look like what they allow.
                    self.lost.push(format!("rule `{id}`, allows: {what}; `nospill allow` allows findings"));
                }
                key => self.lost.push(format!("rule `{id}`, option `{key}`: {}", shown(value))),
            }
        }
    }

    /// A pattern of one's own: `/regex/flags`, or a list of them.
    fn secretlint_pattern(&mut self, pattern: &Yaml) {
        let name = pattern["name"].as_str().unwrap_or("pattern");
        let regexes = [texts(&pattern["pattern"]), texts(&pattern["patterns"])].concat();
        let (except, paths): (Vec<_>, Vec<_>) =
            texts(&pattern["filePathGlobs"]).into_iter().partition(|glob| glob.starts_with('!'));
        let except: Vec<String> = except.iter().map(|glob| glob.trim_start_matches('!').to_owned()).collect();
        for (number, written) in regexes.iter().enumerate() {
            let Some(regex) = of_javascript(written).and_then(|regex| gitleaks::grouped(&regex, 0)) else {
                self.lost.push(format!("pattern `{name}`: its regex does not compile here"));
                continue;
            };
            let id = self.own_id(&if number == 0 { name.to_owned() } else { format!("{name}-{}", number + 1) });
            let line = |key: &str, globs: &[String]| match globs.is_empty() {
                true => String::new(),
                false => format!("{key} = [{}]\n", super::list(globs)),
            };
            let path = format!("{}{}", line("path", &paths), line("except", &except));
            self.rules.push(format!(
                "[[rule]]\nid = {}\ntitle = {}\nregex = {}\n{path}",
                quoted(&id),
                quoted(name),
                quoted(&regex)
            ));
        }
    }
}

/// A regex from between slashes, its flags in our words.
fn of_javascript(written: &str) -> Option<String> {
    let Some((body, flags)) = written.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) else {
        return Some(regex::escape(written));
    };
    let ours: String = flags.chars().filter(|flag| matches!(flag, 'i' | 'm' | 's')).collect();
    let body = body.replace(r"\/", "/");
    Some(if ours.is_empty() { body } else { format!("(?{ours}){body}") })
}
