//! Where a repository's hooks are, by the rules of git-config(1) for `core.hooksPath` and of githooks(5).

use std::path::{Component, Path, PathBuf};

use super::{HookError, HookKind};

/// The directories of a repository that hooks depend on. All are absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookSite {
    /// Where git looks for hooks.
    pub hooks_dir: PathBuf,
    /// The directory that all linked worktrees share; the repository itself when it is bare.
    pub git_common_dir: PathBuf,
    /// Top of the work tree that the command runs in; `None` in a bare repository.
    pub work_tree: Option<PathBuf>,
    /// `core.hooksPath` as written, when it is set.
    pub core_hooks_path: Option<PathBuf>,
}

impl HookSite {
    /// Works out the hooks directory: `core_hooks_path` as written, where `~/` is `home` and a relative path starts at the
    /// work tree (in a bare repository at the git directory), else `hooks` in the common directory.
    ///
    /// # Errors
    /// [`HookError::HooksPath`] when the value is empty, which switches hooks off, or starts with `~user` or `%(prefix)`.
    pub fn new(
        git_common_dir: PathBuf,
        work_tree: Option<PathBuf>,
        core_hooks_path: Option<PathBuf>,
        home: Option<&Path>,
    ) -> Result<Self, HookError> {
        let hooks_dir = match &core_hooks_path {
            None => git_common_dir.join("hooks"),
            Some(value) => {
                let path = expand(value, home).map_err(|what| HookError::HooksPath { value: value.clone(), what })?;
                work_tree.as_ref().unwrap_or(&git_common_dir).join(path)
            }
        };
        Ok(Self { hooks_dir, git_common_dir, work_tree, core_hooks_path })
    }

    /// The file of a hook.
    pub fn hook(&self, kind: HookKind) -> PathBuf {
        self.hooks_dir.join(kind.as_str())
    }

    /// Whether the hooks directory is part of the work tree, so that hooks can be committed.
    pub fn is_in_work_tree(&self) -> bool {
        !self.is_in_git_dir() && self.work_tree.as_ref().is_some_and(|tree| self.is_under(tree))
    }

    /// Whether the hooks directory belongs to no repository in particular.
    pub fn is_shared(&self) -> bool {
        !self.is_in_git_dir() && !self.is_in_work_tree()
    }

    fn is_in_git_dir(&self) -> bool {
        self.is_under(&self.git_common_dir)
    }

    /// By the text of the paths; a `..` may lead out, so that it counts as outside.
    fn is_under(&self, dir: &Path) -> bool {
        self.hooks_dir.starts_with(dir) && !self.hooks_dir.components().any(|part| part == Component::ParentDir)
    }
}

fn expand(value: &Path, home: Option<&Path>) -> Result<PathBuf, &'static str> {
    let mut components = value.components();
    let Some(first) = components.next() else { return Err("which is empty and switches hooks off") };
    let first = first.as_os_str().as_encoded_bytes();
    match first {
        b"~" => home.map(|home| home.join(components.as_path())).ok_or("but HOME is not set"),
        [b'~', ..] => Err("but nospill does not know the home directories of other users: write the path out"),
        b"%(prefix)" => Err("but nospill does not know where git is installed: write the path out"),
        _ => Ok(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(work_tree: Option<&str>, value: Option<&str>, home: Option<&str>) -> Result<HookSite, String> {
        let site = HookSite::new("/r/.git".into(), work_tree.map(Into::into), value.map(Into::into), home.map(Path::new));
        site.map_err(|error| error.to_string())
    }

    #[test]
    fn hooks_directory_follows_the_configuration() {
        let tree = Some("/r");
        let home = Some("/home/a b");
        for (work_tree, value, home, want) in [
            (tree, None, home, "/r/.git/hooks"),
            (None, None, home, "/r/.git/hooks"),
            (tree, Some("/abs/hooks"), home, "/abs/hooks"),
            (tree, Some(".githooks"), home, "/r/.githooks"),
            (tree, Some("a/../b/"), home, "/r/a/../b/"),
            (Some("/linked"), Some(".githooks"), home, "/linked/.githooks"),
            (None, Some("own"), home, "/r/.git/own"),
            (tree, Some("~/hooks"), home, "/home/a b/hooks"),
            (tree, Some("~"), home, "/home/a b"),
            (tree, Some("a~b"), home, "/r/a~b"),
        ] {
            let got = site(work_tree, value, home).map(|site| site.hooks_dir);
            assert_eq!(got, Ok(PathBuf::from(want)), "{work_tree:?} {value:?}");
        }
    }

    #[test]
    fn values_that_name_no_directory_are_refused() {
        for (value, home, part) in [
            ("", Some("/home/a"), "switches hooks off"),
            ("~/hooks", None, "HOME is not set"),
            ("~other/hooks", Some("/home/a"), "write the path out"),
            ("%(prefix)/hooks", Some("/home/a"), "write the path out"),
        ] {
            let error = site(Some("/r"), Some(value), home).expect_err(value);
            assert!(error.starts_with("core.hooksPath is `") && error.contains(part), "{error}");
        }
    }

    #[test]
    fn knows_whose_the_directory_is() {
        for (value, in_work_tree, shared) in [
            (None, false, false),
            (Some(".githooks"), true, false),
            (Some("/r/.git/own"), false, false),
            (Some("~/hooks"), false, true),
            (Some("../hooks"), false, true),
        ] {
            let site = site(Some("/r"), value, Some("/home/a")).expect("a site");
            assert_eq!((site.is_in_work_tree(), site.is_shared()), (in_work_tree, shared), "{value:?}");
        }
    }
}
