//! The doors through which commits travel: `pre-push`, `post-merge`, and on a server `pre-receive` and `update`. Each is a
//! range of the history.

use std::io::Read as _;
use std::sync::mpsc;
use std::time::Duration;

use super::{added, history, note};
use crate::cli::doors::ReceiveArgs;
use crate::cli::scan::{HistoryArgs, ScanArgs};
use crate::error::{CommandError, Kind};
use crate::exit::Exit;
use crate::report::escape;
use crate::settings::Settings;
use crate::source::plumbing;
use crate::source::range::Brought;
use crate::source::repository::resolve;
use crate::types::oid::Oid;

/// Scans what the remote lacks of what is pushed.
///
/// # Errors
/// Standard input is not what git writes, or the scan can't be done.
pub fn pre_push(remote: Option<String>, scan: ScanArgs) -> Result<Exit, CommandError> {
    let (mut new, mut known, mut refs) = (Vec::new(), Vec::new(), Vec::new());
    let lines = lines()?;
    if lines.is_empty()
        && let Some(to) = variable("PRE_COMMIT_TO_REF")
    {
        // The pre-commit framework reads the lines itself and runs its hooks once a ref.
        new.extend(object(&to)?);
        known.extend(variable("PRE_COMMIT_FROM_REF").and_then(|from| resolve(&format!("{from}^{{commit}}"))));
    }
    let remote = remote.or_else(|| variable("PRE_COMMIT_REMOTE_NAME"));
    if let (Some(remote), Some(name)) = (&remote, variable("PRE_COMMIT_REMOTE_BRANCH")) {
        // What the remote had there is not told.
        let branch = name.strip_prefix("refs/heads/").unwrap_or(&name);
        if resolve(&format!("refs/remotes/{remote}/{branch}")).is_none() {
            refs.push(name);
        }
    }
    for line in lines {
        let [_, local, name, there] = fields(&line)?;
        let (local, there) = (object(local)?, object(there)?);
        if local.is_some() && there.is_none() {
            refs.push(name.to_owned());
        }
        new.extend(local);
        // What the remote has may never have been fetched.
        known.extend(there.filter(|oid| resolve(&format!("{oid}^{{commit}}")).is_some()));
    }
    if let Some(remote) = remote.filter(|remote| is_name(remote)) {
        known.extend(plumbing::ref_objects(&format!("refs/remotes/{remote}/"))?);
    }
    guarded(new, known, refs, scan)
}

/// Scans what a push brings to this server.
///
/// # Errors
/// As [`pre_push`].
pub fn pre_receive(args: ReceiveArgs) -> Result<Exit, CommandError> {
    within(args.deadline, move || {
        let (mut new, known, mut refs) = (Vec::new(), plumbing::ref_objects("")?, Vec::new());
        for line in lines()? {
            let [before, after, name] = fields(&line)?;
            new.extend(object(after)?);
            if object(before)?.is_none() {
                refs.push(name.to_owned());
            }
        }
        guarded(new, known, refs, args.scan)
    })
}

/// Scans what a push brings to one ref.
///
/// # Errors
/// As [`pre_push`].
pub fn update(name: String, old: &str, new: &str, args: ReceiveArgs) -> Result<Exit, CommandError> {
    let (old, new) = (object(old)?, object(new)?);
    let refs = if old.is_none() { vec![name] } else { Vec::new() };
    within(args.deadline, move || {
        let mut known = plumbing::ref_objects("")?;
        known.extend(old);
        guarded(new.into_iter().collect(), known, refs, args.scan)
    })
}

/// Says what a merge brought in; never fails for what it finds.
///
/// # Errors
/// The scan can't be done.
pub fn post_merge(scan: ScanArgs) -> Result<Exit, CommandError> {
    let (Some(head), Some(before)) = (resolve("HEAD^{commit}"), resolve("ORIG_HEAD^{commit}")) else { return Ok(Exit::Clean) };
    let exit = range(vec![head], vec![before], Vec::new(), scan)?;
    if exit == Exit::Denied {
        note("these came in with the merge: whoever made them must revoke them; nothing was blocked");
    }
    Ok(Exit::Clean)
}

/// Scans what `new` reach and `known` do not, and names of `refs` that are new.
fn range(mut new: Vec<Oid>, mut known: Vec<Oid>, refs: Vec<String>, scan: ScanArgs) -> Result<Exit, CommandError> {
    new.sort_unstable();
    new.dedup();
    known.sort_unstable();
    known.dedup();
    if new.is_empty() {
        return Ok(Exit::Clean);
    }
    let revisions = new.iter().map(Oid::to_string).chain(known.iter().map(|oid| format!("^{oid}"))).collect();
    new.retain(|oid| known.binary_search(oid).is_err());
    history::of_push(HistoryArgs { scan, ..HistoryArgs::of(revisions) }, Brought { refs, objects: new })
}

/// The same for what is about to be pushed, or received: allow entries by those who may not add them refuse it, too.
fn guarded(new: Vec<Oid>, known: Vec<Oid>, refs: Vec<String>, scan: ScanArgs) -> Result<Exit, CommandError> {
    let settings = Settings::of_layers(scan.layers.clone());
    let refused = if new.is_empty() { Vec::new() } else { added::refused(&settings, &new, &known)? };
    let exit = range(new, known, refs, scan)?;
    refused.iter().for_each(|why| note(&escape::message(why)));
    Ok(match exit {
        Exit::Clean | Exit::Incomplete if !refused.is_empty() => Exit::Denied,
        other => other,
    })
}

/// Runs `job` for so many seconds at most. What is still running then ends with the program.
fn within(
    deadline: Option<u64>,
    job: impl FnOnce() -> Result<Exit, CommandError> + Send + 'static,
) -> Result<Exit, CommandError> {
    let Some(seconds) = deadline else { return job() };
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || send.send(job()));
    match receive.recv_timeout(Duration::from_secs(seconds)) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            note(&format!(
                "incomplete: not scanned within {seconds} seconds, so the push is refused; push fewer commits at once"
            ));
            Ok(Exit::Incomplete)
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(CommandError::new(Kind::Git, "the scan ended early")),
    }
}

fn lines() -> Result<Vec<String>, CommandError> {
    let mut text = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut text);
    read.map_err(|error| CommandError::new(Kind::Io, format!("standard input: {error}")))?;
    // Names of refs may be any bytes; they are not looked at.
    Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
}

fn fields<const N: usize>(line: &str) -> Result<[&str; N], CommandError> {
    let fields: Vec<&str> = line.split(' ').collect();
    fields.try_into().map_err(|_| {
        CommandError::new(Kind::User, format!("standard input: not what git writes for this hook: {line}"))
            .hint("this command is meant to be run by git; see `nospill install --help`")
    })
}

/// An object's name; `None` where git writes zeros for none.
fn object(text: &str) -> Result<Option<Oid>, CommandError> {
    if !text.is_empty() && text.bytes().all(|b| b == b'0') {
        return Ok(None);
    }
    let oid = Oid::from_hex(text.as_bytes());
    oid.map(Some).ok_or_else(|| CommandError::new(Kind::User, format!("not the name of an object: {text}")))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether it is a remote's name and no address.
fn is_name(remote: &str) -> bool {
    !remote.contains(':') && !remote.starts_with(['/', '.', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_that_passes_is_incomplete() {
        let slow = || {
            std::thread::sleep(Duration::from_secs(5));
            Ok(Exit::Clean)
        };
        assert_eq!(within(Some(1), slow).expect("an exit"), Exit::Incomplete);
        assert_eq!(within(Some(60), || Ok(Exit::Denied)).expect("an exit"), Exit::Denied);
        assert_eq!(within(None, || Ok(Exit::Clean)).expect("an exit"), Exit::Clean);
    }

    #[test]
    fn what_git_writes_is_read_and_nothing_else() {
        let oid = "1".repeat(40);
        assert_eq!(fields::<3>(&format!("{oid} {oid} refs/heads/x")).expect("fields")[2], "refs/heads/x");
        assert!(fields::<3>("a b").is_err() && object("main").is_err() && object("--all").is_err());
        assert_eq!(object(&"0".repeat(40)).expect("none"), None);
        assert_eq!(object(&oid).expect("one").map(|oid| oid.to_string()), Some(oid));
        for (remote, want) in [("origin", true), ("https://x/y", false), ("git@x:y", false), ("/srv/x", false), ("../x", false)] {
            assert_eq!(is_name(remote), want, "{remote}");
        }
    }
}
