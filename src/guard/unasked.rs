//! Packers that are not asked, because they run the package's own code to answer; what they built can be scanned.

use std::path::Path;

use super::packers::is_berry;

/// What is said of each that a folder is for.
pub fn unasked(dir: &Path) -> Vec<&'static str> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let has = |ends: &[&str]| names.iter().any(|name| ends.iter().any(|end| name.ends_with(end)));
    [
        (
            names.iter().any(|name| name == "package.json") && is_berry(dir),
            "yarn from version 2 on is not asked, because plugins and `prepack` of the package would run; npm is, which goes by \
             the same lists. What yarn packs: `yarn pack`, then `nospill dir package.tgz`",
        ),
        (has(&[".gemspec"]), "gem is not asked, because a gemspec is a program. What it packs: `gem build`, then `nospill dir FILE.gem`"),
        (
            has(&[".nuspec", ".csproj", ".fsproj", ".vbproj"]),
            "nuget is not asked, because a project file is a program. What it packs: `dotnet pack`, then `nospill dir FILE.nupkg`",
        ),
    ]
    .into_iter()
    .filter_map(|(is_here, text)| is_here.then_some(text))
    .collect()
}
