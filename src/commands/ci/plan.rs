//! From what a run is about to what git is asked for. Pure: whether a commit is there is asked of whoever calls.

use super::provider::Provider;

/// What a run is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// What a change would bring into a branch; the base is the first of these that exists.
    PullRequest {
        /// Revisions.
        bases: Vec<String>,
    },
    /// What was pushed since this commit, which a forced push may have taken away.
    Push {
        /// The commit.
        before: String,
    },
    /// A branch or tag whose former state is not known: what the default branch does not have.
    New,
    /// Everything.
    Full,
}

/// What is to be scanned, as far as variables tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The server.
    pub provider: Provider,
    /// What the run is about.
    pub trigger: Trigger,
    /// The commit that is checked out, or is to be scanned instead.
    pub head: String,
    /// The branch or tag.
    pub name: Option<String>,
    /// The default branch, where the server says it.
    pub default_branch: Option<String>,
    /// The server says that the branch is the default one, which it need not name.
    pub is_default: bool,
}

/// What a clone can be asked.
pub struct Clone<'c> {
    /// Whether a commit is there.
    pub has: &'c dyn Fn(&str) -> bool,
    /// The default branch of the remote, if the clone knows it.
    pub default_branch: &'c dyn Fn() -> Option<String>,
    /// Whether two revisions are one commit.
    pub is_same: &'c dyn Fn(&str, &str) -> bool,
}

/// What git is asked for, and what the log says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revisions {
    /// As `nospill history` takes them; none: everything.
    pub revisions: Vec<String>,
    /// One line.
    pub why: String,
}

impl Revisions {
    /// The commit whose successors are scanned, if there is one.
    pub fn base(&self) -> Option<&str> {
        self.revisions.iter().find_map(|revision| revision.strip_prefix('^'))
    }
}

/// The revisions of a plan. `Err` names a base that is not in the clone.
///
/// # Errors
/// The base of a pull request is missing: what it adds can't be told.
pub fn revisions(plan: &Plan, clone: &Clone<'_>) -> Result<Revisions, String> {
    let has = clone.has;
    let since = |base: &str, why: String| Revisions { revisions: vec![plan.head.clone(), format!("^{base}")], why };
    match &plan.trigger {
        Trigger::Full => Ok(Revisions { revisions: Vec::new(), why: "the whole history".to_owned() }),
        Trigger::PullRequest { bases } => match bases.iter().find(|base| has(base)) {
            Some(base) => Ok(since(base, format!("what the pull request adds to {base}"))),
            None => Err(bases.join(" or ")),
        },
        Trigger::Push { before } if has(before) => Ok(since(before, format!("what was pushed since {before}"))),
        Trigger::Push { before } => Ok(new(plan, clone, &format!("{before}, the commit before the push, is gone: "))),
        Trigger::New => Ok(new(plan, clone, "")),
    }
}

/// What the default branch does not have; of the default branch itself, all that it reaches: what is on it already says nothing
/// about what was scanned.
fn new(plan: &Plan, clone: &Clone<'_>, lead: &str) -> Revisions {
    let whole = |why: &str| Revisions { revisions: vec![plan.head.clone()], why: format!("{lead}{why}") };
    let default_branch = plan.default_branch.clone().or_else(clone.default_branch);
    let named: Vec<String> = match &default_branch {
        Some(branch) => vec![format!("origin/{branch}")],
        None => ["origin/main", "origin/master"].map(str::to_owned).into(),
    };
    let is_named = |branch: &str| plan.name.as_deref() == Some(branch);
    let is_here = plan.is_default
        || match &default_branch {
            Some(branch) => is_named(branch),
            None => is_named("main") || is_named("master"),
        };
    if is_here {
        return whole("all that the default branch reaches");
    }
    match named.iter().find(|base| (clone.has)(base)) {
        // A run that names no branch and stands where the default branch does is one of it.
        Some(base) if plan.name.is_none() && (clone.is_same)(&plan.head, base) => whole("all that the default branch reaches"),
        Some(base) => {
            Revisions { revisions: vec![plan.head.clone(), format!("^{base}")], why: format!("{lead}what {base} does not have") }
        }
        None => whole("all that the commit reaches, because no default branch is known"),
    }
}
