//! Which part of a run a job does, from `--shard` and from what CI servers say of parallel jobs.

use crate::cli::shard::ShardArg;
use crate::error::{CommandError, Kind};
use crate::types::shard::Shard;

/// A server's variables for the number of a job and for how many there are, and what the first job is called.
const SERVERS: &[(&str, &str, u64)] = &[
    ("SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE", 1),
    ("CI_NODE_INDEX", "CI_NODE_TOTAL", 1),
    ("BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0),
    ("CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0),
    ("BITBUCKET_PARALLEL_STEP", "BITBUCKET_PARALLEL_STEP_COUNT", 0),
    ("JOB_COMPLETION_INDEX", "NOSPILL_SHARDS", 0),
];

/// The part that is asked for.
///
/// # Errors
/// It is `auto`, and no variables say which one; or they say what is none.
pub(super) fn of(shard: Option<ShardArg>) -> Result<Option<Shard>, CommandError> {
    match shard {
        None => Ok(None),
        Some(ShardArg::Given(shard)) => Ok(Some(shard)),
        Some(ShardArg::Auto) => auto(&|name| std::env::var(name).ok()).map(Some),
    }
}

fn auto(var: &dyn Fn(&str) -> Option<String>) -> Result<Shard, CommandError> {
    let set = |name: &str| var(name).filter(|value| !value.is_empty());
    for (index, count, first) in SERVERS {
        let (Some(at), Some(of)) = (set(index), set(count)) else { continue };
        let number = |text: &str| text.trim().parse::<u64>().ok();
        let shard = match (number(&at), number(&of)) {
            (Some(at), Some(of)) => at.checked_sub(*first).and_then(|at| Shard::new(at.saturating_add(1), of).ok()),
            _ => None,
        };
        return shard.ok_or_else(|| {
            CommandError::new(Kind::User, format!("{index}={at} and {count}={of} name no shard")).hint("say it: --shard 2/5")
        });
    }
    // To scan everything in each of many jobs would be no harm, but it is not what was asked for.
    Err(CommandError::new(Kind::User, "--shard auto: no variables say which of the parallel jobs this is")
        .hint("say it: --shard 2/5; GitHub has no such variables: --shard ${{ matrix.shard }}/${{ strategy.job-total }}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_parallel_jobs() {
        for (variables, want) in [
            (&[("SYSTEM_JOBPOSITIONINPHASE", "2"), ("SYSTEM_TOTALJOBSINPHASE", "5")][..], Some("2/5")),
            (&[("CI_NODE_INDEX", "5"), ("CI_NODE_TOTAL", "5")], Some("5/5")),
            (&[("CI_NODE_TOTAL", "1")], None),
            (&[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "5")], None),
            (&[("BUILDKITE_PARALLEL_JOB", "0"), ("BUILDKITE_PARALLEL_JOB_COUNT", "4")], Some("1/4")),
            (&[("CIRCLE_NODE_INDEX", "3"), ("CIRCLE_NODE_TOTAL", "4")], Some("4/4")),
            (&[("BITBUCKET_PARALLEL_STEP", "4"), ("BITBUCKET_PARALLEL_STEP_COUNT", "4")], None),
            (&[("JOB_COMPLETION_INDEX", "1"), ("NOSPILL_SHARDS", "3")], Some("2/3")),
            (&[("JOB_COMPLETION_INDEX", "1")], None),
            (&[], None),
        ] {
            let var = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(auto(&var).ok().map(|shard| shard.to_string()).as_deref(), want, "{variables:?}");
        }
    }
}
