//! Path excludes.

/// Globs of paths that are not scanned. A glob without `/` is matched against the file name, any other against the
/// whole path; a glob that ends in `/` means everything below.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excludes(Vec<String>);

impl Excludes {
    /// From globs as written.
    pub fn new(globs: Vec<String>) -> Self {
        let spread = |glob: String| if glob.ends_with('/') { format!("{glob}**") } else { glob };
        Self(globs.into_iter().map(spread).collect())
    }

    /// Whether a path is to be scanned.
    pub fn admits(&self, path: &[u8]) -> bool {
        let name = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
        let hit = |glob: &str| match glob.contains('/') {
            true => fast_glob::glob_match(glob.trim_start_matches('/'), path),
            false => fast_glob::glob_match(glob, name),
        };
        !self.0.iter().any(|glob| hit(glob))
    }
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
