//! `.dockerignore`: which files a docker build is not sent. The last line that matches a path, or a folder above it, decides;
//! lines are rooted at the context, as docker's documentation and its `patternmatcher` have it.

/// The lines of a `.dockerignore`.
#[derive(Clone, Debug, Default)]
pub struct DockerIgnore(Vec<(String, bool)>);

impl DockerIgnore {
    /// Reads the lines.
    pub fn parse(text: &str) -> Self {
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let rule = |line: &str| {
            let (line, is_exception) = line.strip_prefix('!').map_or((line, false), |rest| (rest.trim(), true));
            let parts = line.split('/').filter(|part| !part.is_empty() && *part != ".");
            (parts.collect::<Vec<_>>().join("/"), is_exception)
        };
        Self(lines.map(rule).filter(|(glob, _)| !glob.is_empty()).collect())
    }

    /// Whether a file, by its path from the context's top, is left out.
    pub fn excludes(&self, path: &str) -> bool {
        let hit = |glob: &str| {
            let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
            ends.into_iter().any(|end| fast_glob::glob_match(glob, &path[..end]))
        };
        let last = self.0.iter().rev().find(|(glob, _)| hit(glob));
        last.is_some_and(|(_, is_exception)| !is_exception)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_matches_decides() {
        let ignore = DockerIgnore::parse("# no\n\n.env*\n/build/\n**/*.pem\n!certs/public.pem\nsecrets\n!.env.example\n");
        for (path, want) in [
            (".env", true),
            (".env.local", true),
            (".env.example", false),
            ("app/.env", false),
            ("build/a/b", true),
            ("a/build/b", false),
            ("a/b/key.pem", true),
            ("key.pem", true),
            ("certs/public.pem", false),
            ("secrets/a", true),
        ] {
            assert_eq!(ignore.excludes(path), want, "{path}");
        }
        assert!(!DockerIgnore::default().excludes(".env"));
    }
}
