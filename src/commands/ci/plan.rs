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

/// The revisions of a plan; `has` says whether a commit is there. `Err` names a base that is not.
///
/// # Errors
/// The base of a pull request is missing: what it adds can't be told.
pub fn revisions(plan: &Plan, has: &dyn Fn(&str) -> bool) -> Result<Revisions, String> {
    let since = |base: &str, why: String| Revisions { revisions: vec![plan.head.clone(), format!("^{base}")], why };
    match &plan.trigger {
        Trigger::Full => Ok(Revisions { revisions: Vec::new(), why: "the whole history".to_owned() }),
        Trigger::PullRequest { bases } => match bases.iter().find(|base| has(base)) {
            Some(base) => Ok(since(base, format!("what the pull request adds to {base}"))),
            None => Err(bases.join(" or ")),
        },
        Trigger::Push { before } if has(before) => Ok(since(before, format!("what was pushed since {before}"))),
        Trigger::Push { before } => Ok(new(plan, has, &format!("{before}, the commit before the push, is gone: "))),
        Trigger::New => Ok(new(plan, has, "")),
    }
}

/// What the default branch does not have; of the default branch itself, all that it reaches.
fn new(plan: &Plan, has: &dyn Fn(&str) -> bool, lead: &str) -> Revisions {
    let whole = |why: &str| Revisions { revisions: vec![plan.head.clone()], why: format!("{lead}{why}") };
    let named: Vec<String> = match &plan.default_branch {
        Some(branch) => vec![format!("origin/{branch}")],
        None => ["origin/HEAD", "origin/main", "origin/master"].map(str::to_owned).into(),
    };
    let is_default = |branch: &str| plan.name.as_deref() == Some(branch);
    let is_here = match &plan.default_branch {
        Some(branch) => is_default(branch),
        None => is_default("main") || is_default("master"),
    };
    if is_here {
        return whole("all that the default branch reaches");
    }
    match named.iter().find(|base| has(base)) {
        Some(base) => {
            Revisions { revisions: vec![plan.head.clone(), format!("^{base}")], why: format!("{lead}what {base} does not have") }
        }
        None => whole("all that the commit reaches, because no default branch is known"),
    }
}
