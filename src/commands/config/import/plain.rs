//! Files that are lists of regexes: git-secrets' `.gitallowed`, and the filters of a detect-secrets baseline.

use serde_json::Value;

use super::{Imported, glob};

impl Imported {
    /// The filters of a `.secrets.baseline`; before version 1 they are in `exclude`.
    pub(super) fn detect_secrets(&mut self, baseline: &Value) {
        for filter in baseline["filters_used"].as_array().into_iter().flatten() {
            let path = filter["path"].as_str().unwrap_or_default();
            let patterns = texts(&filter["pattern"]);
            if path.ends_with("should_exclude_file") {
                patterns.iter().for_each(|pattern| self.exclude_regex(pattern, "should_exclude_file"));
            } else if !patterns.is_empty() {
                self.lost.push(format!("filter {path} `{}`: a regex allows nothing here", patterns.join("`, `")));
            } else if let Some(file) = filter["file_name"].as_str() {
                self.lost.push(format!("filter {path}: the words of {file} allow nothing here"));
            }
        }
        for pattern in texts(&baseline["exclude"]["files"]) {
            self.exclude_regex(&pattern, "exclude.files");
        }
        for pattern in texts(&baseline["exclude"]["lines"]) {
            self.lost.push(format!("exclude.lines `{pattern}`: a regex allows nothing here"));
        }
        for plugin in baseline["plugins_used"].as_array().into_iter().flatten().filter(|plugin| plugin["path"].is_string()) {
            let name = plugin["name"].as_str().unwrap_or_default();
            self.lost.push(format!("plugin `{name}`: it is a program; write a [[rule]] for what it finds"));
        }
        if baseline["results"].as_object().is_some_and(|results| !results.is_empty()) {
            self.others.push("# Its findings: nospill baseline create --from FILE".to_owned());
        }
    }

    /// Leaves out the paths in which a regex finds something.
    fn exclude_regex(&mut self, pattern: &str, whose: &str) {
        match glob::of_regex(pattern) {
            Some(globs) => self.exclude.extend(globs),
            None => self.lost.push(format!("{whose} `{pattern}`: no glob says the same")),
        }
    }

    /// Lines of a `.gitallowed`: git-secrets matches them against `path:line:content`, so one that ends behind the path is about
    /// the path.
    pub(super) fn git_allowed(&mut self, text: &str) {
        const ENDS: [&str; 5] = [":[0-9]+:.*", r":\d+:.*", ":.*:.*", ":.*", ":"];
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let about = ENDS.iter().find_map(|end| line.strip_suffix(end));
            // Where the path ends is said by the colon.
            match about.and_then(|path| glob::of_regex(&format!("{path}$"))) {
                Some(globs) => self.exclude.extend(globs),
                None => {
                    self.lost.push(format!("`{line}`: a regex of contents allows nothing here; `nospill allow` allows findings"))
                }
            }
        }
    }
}

/// A text or a list of them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(all) => all.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}
