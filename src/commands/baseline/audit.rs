//! `nospill baseline audit`: a person decides, finding by finding.

use std::io::{BufRead, Write as _};

use super::State;
use crate::cli::keep::KnownArgs;
use crate::commands::allow::{self, Entry as Allowed};
use crate::commands::{print, say};
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::report::escape;
use crate::types::finding::Finding;

const ANSWERS: &str = "keep, allow, false positive, view, skip, quit [k/a/f/v/s/q]? ";

/// Asks about everything that is not known.
///
/// # Errors
/// A scan fails, or a file can't be written.
pub(super) fn run(known: KnownArgs) -> Result<Exit, CommandError> {
    let state = State::new(known)?;
    let old = state.old.clone().unwrap_or_default();
    let salt = state.salt();
    let matched = state.matched(&old, state.pipeline.policy.renames);
    let open: Vec<&Finding> = matched.into_iter().filter(|(_, entry)| entry.is_none()).map(|(finding, _)| finding).collect();
    let mut kept = old.clone();
    let mut input = std::io::stdin().lock();
    for (number, finding) in open.iter().enumerate() {
        say(&shown(&state, finding, number + 1, open.len()))?;
        loop {
            let reason = match ask(&mut input, ANSWERS)?.as_deref() {
                Some("k") => {
                    kept.insert(state.entry(finding, salt));
                    state.write(&kept)?;
                    break;
                }
                Some("a") => match ask(&mut input, "reason: ")? {
                    Some(reason) if !reason.is_empty() => reason,
                    _ => continue,
                },
                Some("f") => "false positive".to_owned(),
                Some("v") => {
                    let value = String::from_utf8_lossy(finding.secret.expose()).into_owned();
                    print(&format!("  {}\n", escape::message(&value)))?;
                    continue;
                }
                Some("s") => break,
                Some("q") | None => return Ok(Exit::Clean),
                Some(_) => continue,
            };
            let rule = state.pipeline.scanner.rules().rule(finding.rule);
            let entry = Allowed { reason, ..Allowed::of(&state.pipeline, finding) };
            allow::write(&state.settings, &state.top, vec![(rule, finding, entry)])?;
            break;
        }
    }
    print(&format!("{} findings gone through\n", open.len()))?;
    Ok(Exit::Clean)
}

fn shown(state: &State, finding: &Finding, number: usize, of: usize) -> String {
    let rule = state.pipeline.scanner.rules().rule(finding.rule);
    let line = finding.at.map(|at| format!(":{}", at.line)).unwrap_or_default();
    let excerpt = finding.excerpt.as_ref().map(|excerpt| format!("  {}\n", excerpt.text)).unwrap_or_default();
    let place = escape::path(&finding.origin.label());
    format!("\n[{number}/{of}] {}: {}\n  {place}{line}\n{excerpt}", rule.id, rule.title)
}

/// One line, `None` at the end of the input.
fn ask(input: &mut impl BufRead, question: &str) -> Result<Option<String>, CommandError> {
    print(question)?;
    let _ = std::io::stdout().flush();
    let mut line = String::new();
    let read = input.read_line(&mut line).map_err(|error| CommandError::new(Kind::Io, format!("standard input: {error}")))?;
    Ok((read > 0).then(|| line.trim().to_owned()))
}
