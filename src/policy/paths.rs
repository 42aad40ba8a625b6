//! Paths: globs, and which paths the layers of a configuration leave out.

/// Globs of paths. One without `/` is matched against the file name, any other against the whole path; one that ends in
/// `/` means everything below.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Globs(Vec<String>);

impl Globs {
    /// From globs as written.
    pub fn new(globs: Vec<String>) -> Self {
        let spread = |glob: String| if glob.ends_with('/') { format!("{glob}**") } else { glob };
        Self(globs.into_iter().map(spread).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one matches.
    pub fn hit(&self, path: &[u8]) -> bool {
        let name = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
        self.0.iter().any(|glob| match glob.contains('/') {
            true => fast_glob::glob_match(glob.trim_start_matches('/'), path),
            false => fast_glob::glob_match(glob, name),
        })
    }
}

/// Where a layer speaks, and what of it is scanned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// The folder that its globs start from, with a `/` at its end; empty for the top.
    pub base: Vec<u8>,
    /// What is not scanned.
    pub exclude: Globs,
    /// What is scanned though this or a weaker layer excludes it.
    pub include: Globs,
}

/// What is left out, layer by layer, the weakest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excludes {
    /// What the layers say.
    pub layers: Vec<Paths>,
    /// The folder that scanned paths start from, seen from the top of the work tree, with a `/` at its end; mostly empty.
    pub start: Vec<u8>,
    /// What the command line leaves out, whatever the layers say.
    pub narrowed: Globs,
    /// Where there are any: nothing else is scanned.
    pub only: Globs,
}

impl Excludes {
    /// Of one layer at the top.
    pub fn new(exclude: Vec<String>) -> Self {
        let paths = Paths { exclude: Globs::new(exclude), ..Paths::default() };
        Self { layers: vec![paths], ..Self::default() }
    }

    /// Leaves out more: what `exclude` names, and, if `include` is not empty, what it does not name.
    pub fn narrow(&mut self, include: Vec<String>, exclude: Vec<String>) {
        self.only = Globs::new(include);
        self.narrowed = Globs::new(exclude);
    }

    /// Whether a path is to be scanned: the strongest layer that speaks of it decides.
    pub fn admits(&self, path: &[u8]) -> bool {
        if self.narrowed.hit(path) || !self.only.is_empty() && !self.only.hit(path) {
            return false;
        }
        let path = from_top(&self.start, path);
        for layer in self.layers.iter().rev() {
            let Some(path) = path.strip_prefix(layer.base.as_slice()) else { continue };
            if layer.include.hit(path) {
                return true;
            }
            if layer.exclude.hit(path) {
                return false;
            }
        }
        true
    }
}

/// A path as the top of the work tree sees it; absolute ones stay as they are.
pub(super) fn from_top<'p>(start: &[u8], path: &'p [u8]) -> std::borrow::Cow<'p, [u8]> {
    let path = path.strip_prefix(b"./").unwrap_or(path);
    match start.is_empty() || path.starts_with(b"/") || path.starts_with(b"<") {
        true => path.into(),
        false => [start, path].concat().into(),
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
            ("./top.txt", false),
            ("a/top.txt", true),
        ] {
            assert_eq!(excludes.admits(path.as_bytes()), want, "{path}");
        }
    }

    #[test]
    fn the_strongest_layer_that_speaks_decides() {
        let layer = |base: &str, exclude: &str, include: &str| Paths {
            base: base.into(),
            exclude: Globs::new(vec![exclude.to_owned()]),
            include: Globs::new(vec![include.to_owned()]),
        };
        let layers = vec![layer("", "*.pem", "never"), layer("", "gen/", "keep.pem"), layer("a/", "b.txt", "gen.pem")];
        let mut excludes = Excludes { layers, ..Excludes::default() };
        for (path, want) in
            [("x.pem", false), ("keep.pem", true), ("gen/x", false), ("a/b.txt", false), ("b.txt", true), ("a/gen.pem", true)]
        {
            assert_eq!(excludes.admits(path.as_bytes()), want, "{path}");
        }
        excludes.start = b"a/".to_vec();
        assert!(!excludes.admits(b"b.txt") && excludes.admits(b"./gen.pem"), "seen from the folder a");
    }
}
