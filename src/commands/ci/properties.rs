//! The files in which TeamCity tells a build its parameters, in the format of `java.util.Properties`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::source::reader;

/// Files of parameters are small; more is none.
const LARGEST: u64 = 16 << 20;

/// The parameters of this build; none where there is no TeamCity. The variable names a file of system properties, one of which
/// names the file of all configuration parameters.
pub(super) fn of_build() -> BTreeMap<String, String> {
    let file = std::env::var_os("TEAMCITY_BUILD_PROPERTIES_FILE").map(|file| read(Path::new(&file))).unwrap_or_default();
    let mut all = file.get("teamcity.configuration.properties.file").map(|file| read(Path::new(file))).unwrap_or_default();
    all.extend(file);
    all
}

fn read(file: &Path) -> BTreeMap<String, String> {
    let is_small = std::fs::metadata(file).is_ok_and(|metadata| metadata.len() <= LARGEST);
    let text = if is_small { reader::own(file).unwrap_or_default() } else { Vec::new() };
    String::from_utf8_lossy(&text).lines().filter_map(entry).collect()
}

/// A line's key and value. TeamCity writes an entry a line, with `=` between.
fn entry(line: &str) -> Option<(String, String)> {
    let line = line.trim_start();
    if line.starts_with(['#', '!']) {
        return None;
    }
    let mut sides = [String::new(), String::new()];
    let mut side = 0;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => sides[side].extend(escaped(&mut rest)),
            '=' if side == 0 => side = 1,
            _ => sides[side].push(c),
        }
    }
    let [key, value] = sides;
    (side == 1).then(|| (key.trim().to_owned(), value.trim_start().to_owned()))
}

/// What stands behind a backslash.
fn escaped(rest: &mut std::str::Chars<'_>) -> Option<char> {
    match rest.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'u' => {
            let digits: String = rest.by_ref().take(4).collect();
            u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)
        }
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_properties() {
        for (line, want) in [
            ("teamcity.build.branch=refs/heads/a\\=b", Some(("teamcity.build.branch", "refs/heads/a=b"))),
            ("file=C\\:\\\\x", Some(("file", "C:\\x"))),
            ("a\\:b = \\u00e9\\n", Some(("a:b", "é\n"))),
            ("#a=b", None),
            ("nothing", None),
            ("", None),
            ("end=x\\", Some(("end", "x"))),
        ] {
            let want = want.map(|(key, value)| (key.to_owned(), value.to_owned()));
            assert_eq!(entry(line), want, "{line}");
        }
    }
}
