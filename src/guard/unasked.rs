//! Packers that are not asked unless they are named, because they run the package's own code for its manifest alone.

use std::path::Path;

use super::packers::{NO_YARN, PROJECTS, Packer, ending, is_berry, is_on_path, is_plain};

/// What is said of each that a folder is for and that is not `asked`.
pub fn unasked(dir: &Path, asked: &[Packer]) -> Vec<&'static str> {
    let is_node = dir.join("package.json").is_file();
    [
        (Packer::Yarn, is_node && is_berry(dir) && !is_on_path("yarn"), NO_YARN),
        (
            Packer::Gem,
            !ending(dir, &[".gemspec"]).is_empty(),
            "gem is not asked, because a gemspec is a program: `--with gem` runs it. Or `gem build`, then `nospill dir FILE.gem`",
        ),
        (
            Packer::Nuget,
            !ending(dir, PROJECTS).is_empty(),
            "nuget is not asked, because a project file is a program: `--with nuget` builds it. Or `dotnet pack`, then `nospill dir \
             FILE.nupkg`",
        ),
        (
            Packer::Nuget,
            is_plain(dir),
            "nuget is not on PATH, so it is not asked. What it packs: `nuget pack`, then `nospill dir FILE.nupkg`",
        ),
    ]
    .into_iter()
    .filter(|(packer, is_here, _)| *is_here && !asked.contains(packer))
    .map(|(_, _, text)| text)
    .collect()
}
