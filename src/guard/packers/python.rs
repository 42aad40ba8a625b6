//! A Python source distribution and wheel, built by `build`, which runs the project's build backend.

use std::path::Path;

use super::{Answer, folder, output};
use crate::guard::built;

pub(super) fn python(dir: &Path, scratch: &Path) -> Result<Answer, String> {
    let dist = folder(scratch.join("dist"))?;
    let to = dist.display().to_string();
    let isolated = output(dir, "python3", &["-m", "build", "--outdir", &to, "."]);
    isolated
        .or_else(|why| output(dir, "python3", &["-m", "build", "--no-isolation", "--outdir", &to, "."]).map_err(|_| why))
        .map_err(
            |why| if why.ends_with("No module named build") { format!("{why}; `pip install build` brings it") } else { why },
        )?;
    let is_package = |name: &str| name.ends_with(".whl") || name.ends_with(".tar.gz") || name.ends_with(".zip");
    built::packages(&dist, &folder(scratch.join("members"))?, is_package).map_err(|why| format!("python3 -m build: {why}"))
}
