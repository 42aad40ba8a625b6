//! Globs of paths that match no file: a slip in them goes unnoticed otherwise.

use crate::config::layers::Layer;
use crate::config::schema::Many;
use crate::error::CommandError;
use crate::policy::paths::Globs;
use crate::source::Source as _;
use crate::source::plumbing;
use crate::source::tree::{Ignore, Tree};

/// A glob as written, the key it stands in, and where.
struct Written<'l> {
    layer: &'l Layer,
    place: String,
    key: &'static str,
    glob: String,
}

/// What is to be said of globs that match no file below the current folder, which is the top, nor, with `history`, any that there
/// was.
///
/// # Errors
/// The files can't be listed.
pub(super) fn globs(layers: &[Layer], history: bool, threads: usize) -> Result<Vec<String>, CommandError> {
    let mut left: Vec<Written<'_>> = layers.iter().flat_map(written).collect();
    // What git ignores is looked at only where a glob may be about it.
    for paths in [files(Ignore::Respect, threads), files(Ignore::Nothing, threads)] {
        if left.is_empty() {
            return Ok(Vec::new());
        }
        let paths = paths()?;
        left.retain(|glob| !glob.matches(&paths));
    }
    if history && !left.is_empty() {
        let text = plumbing::output(&["log", "--all", "--format=", "--name-only", "-z", "--no-renames", "-m"])?;
        let paths: Vec<Vec<u8>> = text.split(|&b| b == 0).map(<[u8]>::to_vec).collect();
        left.retain(|glob| !glob.matches(&paths));
    }
    if left.is_empty() {
        return Ok(Vec::new());
    }
    let paths = files(Ignore::Nothing, threads)()?;
    Ok(left.iter().map(|glob| glob.complaint(&paths)).collect())
}

/// The paths of files below the current folder, when they are asked for.
fn files(ignore: Ignore, threads: usize) -> impl Fn() -> Result<Vec<Vec<u8>>, CommandError> {
    move || {
        let tree = Tree::walk(&[".".into()], ignore, threads)?;
        Ok(tree.items().0.iter().map(|item| item.origin.path().to_vec()).collect())
    }
}

/// The globs of a layer.
fn written(layer: &Layer) -> Vec<Written<'_>> {
    let config = &layer.config;
    let of = |place: &str, key: &'static str, globs: Vec<String>| -> Vec<Written<'_>> {
        globs.into_iter().map(|glob| Written { layer, place: place.to_owned(), key, glob }).collect()
    };
    let mut all = of(&layer.place_of(&["scan", "exclude"]), "scan.exclude", config.scan.exclude.clone());
    all.extend(of(&layer.place_of(&["scan", "include"]), "scan.include", config.scan.include.clone()));
    for entry in &config.policy {
        let place = layer.place(entry.span().start);
        all.extend(of(&place, "policy.path", Many::all(entry.get_ref().path.as_ref())));
    }
    all
}

impl Written<'_> {
    fn matches(&self, paths: &[Vec<u8>]) -> bool {
        self.would_match(self.glob.trim_start_matches('!'), paths)
    }

    fn would_match(&self, glob: &str, paths: &[Vec<u8>]) -> bool {
        let base = self.layer.rank.base().as_bytes();
        let Ok(globs) = Globs::new(vec![glob.to_owned()]) else { return false };
        paths.iter().filter_map(|path| path.strip_prefix(base)).any(|path| globs.hit(path))
    }

    fn complaint(&self, paths: &[Vec<u8>]) -> String {
        let plain = self.glob.trim_start_matches('!').replace(r"\\", "/").replace('\\', "/");
        let plain = plain.trim_start_matches("./").trim_start_matches('^').trim_start_matches('/').trim_end_matches('/');
        let plain = plain.strip_suffix("/.*").unwrap_or(plain);
        let meant = [format!("{plain}/"), format!("**/{plain}/"), plain.to_owned(), format!("**/{plain}")];
        let meant = meant.iter().find(|glob| !plain.is_empty() && self.would_match(glob, paths));
        let hint = meant.map(|glob| format!("; write `{glob}`")).unwrap_or_default();
        format!("{}: `{}` in `{}` matches no file here{hint}", self.place, self.glob, self.key)
    }
}
