//! Path excludes.

/// Globs of paths that are not scanned. A glob without `/` is matched against the file name, any other against the
/// whole path; a glob that ends in `/` means everything below.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excludes {
    globs: Vec<String>,
    /// Where there are any: nothing else is scanned.
    only: Vec<String>,
}

impl Excludes {
    /// From globs as written.
    pub fn new(globs: Vec<String>) -> Self {
        Self { globs: globs.into_iter().map(spread).collect(), only: Vec::new() }
    }

    /// Leaves out more: what `exclude` names, and, if `include` is not empty, what it does not name.
    pub fn narrow(&mut self, include: Vec<String>, exclude: Vec<String>) {
        self.only.extend(include.into_iter().map(spread));
        self.globs.extend(exclude.into_iter().map(spread));
    }

    /// Whether a path is to be scanned.
    pub fn admits(&self, path: &[u8]) -> bool {
        let name = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
        let hit = |glob: &String| match glob.contains('/') {
            true => fast_glob::glob_match(glob.trim_start_matches('/'), path),
            false => fast_glob::glob_match(glob, name),
        };
        !self.globs.iter().any(hit) && (self.only.is_empty() || self.only.iter().any(hit))
    }
}

fn spread(glob: String) -> String {
    if glob.ends_with('/') { format!("{glob}**") } else { glob }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        let excludes = Excludes::new(["vendor/".into(), "*.snap".into(), "docs/**/*.md".into(), "/top.txt".into()].into());
        for (path, want) in [
            ("vendor/a/b.c", false),
            ("src/vendor/a.c", true),
            ("a/b.snap", false),
            ("docs/x/y.md", false),
            ("docs/y.md", false),
            ("top.txt", false),
            ("a/top.txt", true),
        ] {
            assert_eq!(excludes.admits(path.as_bytes()), want, "{path}");
        }
    }
}
