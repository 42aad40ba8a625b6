//! Owner entries: by the organisation's word, who may add allow entries to which configuration files.

use super::paths::Globs;

/// An owner entry of the organisation's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The configuration files, by their paths from the top.
    pub files: Globs,
    /// Mail addresses, or globs of them, in any case.
    pub may_allow: Vec<String>,
    /// `FILE:LINE`.
    pub place: String,
}

/// The first of the entries for a file, where all of them name others than an author; whom none is about may add.
pub fn refusal<'o>(owners: &'o [Owner], file: &str, author: &str) -> Option<&'o Owner> {
    let names = |glob: &String| fast_glob::glob_match(glob.to_lowercase(), author.to_lowercase());
    let mut of_file = owners.iter().filter(|owner| owner.files.hit(file.as_bytes())).peekable();
    let first = of_file.peek().copied();
    if of_file.any(|owner| owner.may_allow.iter().any(names)) { None } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_is_refused_whom_no_entry_for_the_file_names() {
        let owner = |files: &str, may: &str| Owner {
            files: Globs::new(vec![files.to_owned()]).expect("a glob"),
            may_allow: vec![may.to_owned()],
            place: may.to_owned(),
        };
        let owners = [owner("a/", "*@A.example"), owner("a/b", "bea@b.example"), owner("c", "nobody")];
        for (file, author, want) in [
            ("a/b", "Ada@a.example", None),
            ("a/b", "BEA@b.example", None),
            ("a/b", "eve@c.example", Some("*@A.example")),
            ("a/x", "bea@b.example", Some("*@A.example")),
            ("c", "ada@a.example", Some("nobody")),
            ("d", "eve@c.example", None),
        ] {
            assert_eq!(refusal(&owners, file, author).map(|owner| owner.place.as_str()), want, "{file} {author}");
        }
    }
}
