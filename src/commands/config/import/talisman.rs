//! `.talismanrc`: files that are ignored, and patterns of one's own.

use yaml_rust2::Yaml;
use yaml_rust2::yaml::Hash;

use super::secretlint::{shown, texts};
use super::{Imported, gitleaks, quoted, yaml};

impl Imported {
    /// All of a `.talismanrc`. People paste what talisman prints behind what is there: of a list that is there again it
    /// takes the last.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub(super) fn talisman_text(&mut self, text: &str) -> Result<(), String> {
        let parts = yaml::parts(text).into_iter().map(yaml::first).collect::<Result<Vec<_>, _>>()?;
        let mut whole = Hash::new();
        for (key, value) in parts.iter().filter_map(Yaml::as_hash).flatten() {
            if let Some(former) = whole.insert(key.clone(), value.clone()).filter(|former| former.as_vec().is_some()) {
                let name = key.as_str().unwrap_or_default();
                self.lost
                    .push(format!("`{name}`: {}: the list is there again below, and talisman takes the last", shown(&former)));
            }
        }
        self.talisman(&Yaml::Hash(whole));
        Ok(())
    }

    /// All of a `.talismanrc`.
    fn talisman(&mut self, file: &Yaml) {
        let ignored = file["fileignoreconfig"].as_vec().map(Vec::as_slice).unwrap_or_default();
        ignored.iter().for_each(|entry| self.talisman_file(entry));
        if ignored.iter().any(|entry| !entry["checksum"].is_badvalue()) {
            self.lost.push(
                "checksums: a file that changes is not scanned again here; `nospill allow` is about single findings".to_owned(),
            );
        }
        for (number, pattern) in texts(&file["custom_patterns"]).iter().enumerate() {
            match gitleaks::grouped(pattern, 0) {
                Some(regex) => {
                    let id = self.own_id(&format!("talisman-{}", number + 1));
                    self.rules.push(format!("[[rule]]\nid = {}\nregex = {}\n", quoted(&id), quoted(&regex)));
                }
                None => self.lost.push(format!("custom_patterns `{pattern}`: it does not compile here")),
            }
        }
        for (key, value) in file.as_hash().into_iter().flatten() {
            match key.as_str().unwrap_or_default() {
                "fileignoreconfig" | "custom_patterns" | "version" => {}
                "scopeconfig" => {
                    self.lost.push(format!("`scopeconfig`: {}: what is no secret in lock files is known here", shown(value)))
                }
                key => self.lost.push(format!("`{key}`: {}", shown(value))),
            }
        }
    }

    /// A file that is ignored, unless only a part of it is.
    fn talisman_file(&mut self, entry: &Yaml) {
        let Some(name) = entry["filename"].as_str().filter(|name| !name.is_empty()) else {
            return self.lost.push(format!("fileignoreconfig: {}: it names no file", shown(entry)));
        };
        let detectors = texts(&entry["ignore_detectors"]);
        if !detectors.is_empty() && !detectors.iter().any(|detector| detector == "filecontent") {
            return self.lost.push(format!("`{name}`, ignore_detectors {}: its contents were looked at", detectors.join(", ")));
        }
        let allowed = texts(&entry["allowed_patterns"]);
        if !allowed.is_empty() {
            return self.lost.push(format!(
                "`{name}`, allowed_patterns `{}`: a regex allows nothing here; `nospill allow` allows findings",
                allowed.join("`, `")
            ));
        }
        // A name without a folder is one at any place, as here.
        self.exclude.push(if name.trim_end_matches('/').contains('/') {
            format!("/{}", name.trim_start_matches('/'))
        } else if name.ends_with('/') {
            format!("/{name}")
        } else {
            name.to_owned()
        });
    }
}
