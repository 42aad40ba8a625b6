//! A NuGet package. A `.nuspec` is data, of which `nuget pack` makes a package and runs nothing; a project is a program, which
//! `dotnet pack` builds.

use std::path::Path;
use std::process::Command;

use super::{Answer, answer, ending, folder, output};
use crate::guard::built;

/// What the files of projects end in.
pub(in crate::guard) const PROJECTS: &[&str] = &[".csproj", ".fsproj", ".vbproj"];

/// Whether a folder holds what is packed without running anything of it.
pub(in crate::guard) fn is_plain(dir: &Path) -> bool {
    ending(dir, PROJECTS).is_empty() && !ending(dir, &[".nuspec"]).is_empty()
}

pub(super) fn nuget(dir: &Path, scratch: &Path) -> Result<Answer, String> {
    let packages = folder(scratch.join("packages"))?;
    let to = packages.display().to_string();
    if is_plain(dir) {
        for nuspec in ending(dir, &[".nuspec"]) {
            output(dir, "nuget", &["pack", &nuspec, "-NonInteractive", "-OutputDirectory", &to])?;
        }
    } else {
        // What is built on the way stays out of the project's own folders.
        let aside = scratch.join("artifacts").display().to_string();
        for project in ending(dir, PROJECTS) {
            let mut command = Command::new("dotnet");
            command.args(["pack", &format!("./{project}"), "--nologo", "--artifacts-path", &aside, "--output", &to]);
            command.env("DOTNET_CLI_TELEMETRY_OPTOUT", "1").env("DOTNET_NOLOGO", "1");
            answer(command, dir, &format!("dotnet pack {project}"))?;
        }
    }
    let is_package = |name: &str| name.ends_with(".nupkg") || name.ends_with(".snupkg");
    built::packages(&packages, &folder(scratch.join("members"))?, is_package).map_err(|why| format!("nuget: {why}"))
}
