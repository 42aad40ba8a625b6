//! Paths: globs, and which paths the layers of a configuration leave out.

/// Globs of paths. One without `/` is matched against the file name, any other against the whole path; one that ends in
/// `/` means everything below. One behind `!` takes back what those before it say: the last that matches decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Globs(Vec<Glob>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Glob {
    pattern: String,
    takes_back: bool,
}

/// Why a glob can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// It does not parse.
    #[error("`{glob}` is no glob: {why}")]
    Broken {
        /// As written.
        glob: String,
        /// What is wrong.
        why: String,
    },
    /// It starts with `!` where nothing stands before it.
    #[error("`{0}` takes back what the globs before it say, and there is none; a name that starts with ! is written \\!")]
    Alone(String),
}

/// That a glob parses, and takes nothing back.
///
/// # Errors
/// It is broken, or starts with `!`, which would have it match all that it does not name.
pub fn check(glob: &str) -> Result<(), GlobError> {
    if glob.starts_with('!') {
        return Err(GlobError::Alone(glob.to_owned()));
    }
    let broken = |why: String| GlobError::Broken { glob: glob.to_owned(), why };
    if glob.is_empty() {
        return Err(broken("it is empty".to_owned()));
    }
    fast_glob::validate(glob).map_err(|error| broken(error.to_string()))
}

impl Globs {
    /// From globs as written.
    ///
    /// # Errors
    /// One is broken, or the first takes something back.
    pub fn new(globs: Vec<String>) -> Result<Self, GlobError> {
        match globs.first().filter(|first| first.starts_with('!')) {
            Some(first) => Err(GlobError::Alone(first.clone())),
            None => Self::over(globs),
        }
    }

    /// From globs as written, of which the first may take back what weaker lists say.
    ///
    /// # Errors
    /// One is broken.
    pub fn over(globs: Vec<String>) -> Result<Self, GlobError> {
        let read = |glob: String| {
            let (takes_back, pattern) = glob.strip_prefix('!').map_or((false, glob.as_str()), |rest| (true, rest));
            check(pattern)?;
            let below = if pattern.ends_with('/') { "**" } else { "" };
            Ok(Glob { pattern: format!("{pattern}{below}"), takes_back })
        };
        globs.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the globs name a path.
    pub fn hit(&self, path: &[u8]) -> bool {
        self.says(path) == Some(true)
    }

    /// What the last glob that matches says: that the path is named, or that it is not. `None` where none matches.
    pub fn says(&self, path: &[u8]) -> Option<bool> {
        let name = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
        let matches = |glob: &&Glob| match glob.pattern.contains('/') {
            true => fast_glob::glob_match(glob.pattern.trim_start_matches('/'), path),
            false => fast_glob::glob_match(&glob.pattern, name),
        };
        self.0.iter().rev().find(matches).map(|glob| !glob.takes_back)
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
    /// What the command line leaves out, or takes back, whatever the layers say.
    pub narrowed: Globs,
    /// Where there are any: nothing else is scanned.
    pub only: Globs,
    /// Of a repository below another: how the outer ones see its top, with a `/` at its end, and what they leave out.
    pub around: Vec<(Vec<u8>, Excludes)>,
}

impl Excludes {
    /// Leaves out more: what `exclude` names, and, if `only` is not empty, what it does not name.
    pub fn narrow(&mut self, only: Globs, exclude: Globs) {
        self.only = only;
        self.narrowed = exclude;
    }

    /// Whether a path is to be scanned: the strongest layer that speaks of it decides.
    pub fn admits(&self, path: &[u8]) -> bool {
        if !self.only.is_empty() && !self.only.hit(path) {
            return false;
        }
        if let Some(is_named) = self.narrowed.says(path) {
            return !is_named;
        }
        if !self.around.iter().all(|(folder, outer)| outer.admits(&[folder, path].concat())) {
            return false;
        }
        let path = from_top(&self.start, path);
        for layer in self.layers.iter().rev() {
            let Some(path) = path.strip_prefix(layer.base.as_slice()) else { continue };
            if layer.include.hit(path) {
                return true;
            }
            if let Some(is_named) = layer.exclude.says(path) {
                return !is_named;
            }
        }
        true
    }
}

/// A path as the top of the work tree sees it; absolute ones stay as they are.
pub(super) fn from_top<'p>(start: &[u8], path: &'p [u8]) -> std::borrow::Cow<'p, [u8]> {
    let path = path.strip_prefix(b"./").unwrap_or(path);
    match start.is_empty() || path.starts_with(b"/") || path.starts_with(b"<") || path.starts_with(b"../") {
        true => path.into(),
        false => [start, path].concat().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(globs: &[&str]) -> Globs {
        Globs::over(globs.iter().map(|&glob| glob.to_owned()).collect()).expect("globs")
    }

    #[test]
    fn what_is_no_glob_is_an_error() {
        for wrong in ["[", "{a,b", "a[b-", "", "!", "!!a", "![", "a\\"] {
            assert!(Globs::over(vec!["x".to_owned(), wrong.to_owned()]).is_err(), "{wrong}");
        }
        assert!(Globs::new(vec!["!a".to_owned()]).is_err());
        assert!(of(&["\\!a"]).hit(b"!a") && !of(&["\\!a"]).hit(b"a"));
        assert_eq!(of(&["!a"]).says(b"a"), Some(false));
        assert!(Globs::new(vec!["*".to_owned(), "!a".to_owned()]).is_ok_and(|globs| globs.hit(b"b") && !globs.hit(b"a")));
    }

    #[test]
    fn globs() {
        let exclude = of(&["vendor/", "*.snap", "docs/**/*.md", "/top.txt", "!vendor/ours/", "vendor/ours/*.har"]);
        let excludes = Excludes { layers: vec![Paths { exclude, ..Paths::default() }], ..Excludes::default() };
        for (path, want) in [
            ("vendor/a/b.c", false),
            ("src/vendor/a.c", true),
            ("a/b.snap", false),
            ("docs/x/y.md", false),
            ("docs/y.md", false),
            ("top.txt", false),
            ("./top.txt", false),
            ("a/top.txt", true),
            ("vendor/ours/a", true),
            ("vendor/ours/a.har", false),
            ("vendor/oursome", false),
        ] {
            assert_eq!(excludes.admits(path.as_bytes()), want, "{path}");
        }
    }

    #[test]
    fn the_strongest_layer_that_speaks_decides() {
        let layer = |base: &str, exclude: &str, include: &str| Paths {
            base: base.into(),
            exclude: of(&[exclude]),
            include: of(&[include]),
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
