//! A gem, built by `gem build`, which runs the gemspec.

use std::path::Path;

use super::{Answer, ending, folder, output};
use crate::guard::built;

pub(super) fn gem(dir: &Path, scratch: &Path) -> Result<Answer, String> {
    let gems = folder(scratch.join("gems"))?;
    for (at, gemspec) in ending(dir, &[".gemspec"]).iter().enumerate() {
        // Its name as RubyGems has it is in the package; this one is of ours.
        let stem = gemspec.strip_suffix(".gemspec").filter(|stem| !stem.is_empty()).map_or_else(|| at.to_string(), str::to_owned);
        let to = gems.join(format!("{stem}.gem")).display().to_string();
        output(dir, "gem", &["build", &format!("./{gemspec}"), "--output", &to])?;
    }
    built::packages(&gems, &folder(scratch.join("members"))?, |name| name.ends_with(".gem"))
        .map_err(|why| format!("gem build: {why}"))
}
