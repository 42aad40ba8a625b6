//! What a value says of itself beside being a secret: when a JSON web token ends, which AWS account a key id is of.

use crate::codec::tokens;
use crate::detect::checks::structure;
use crate::policy::effects::Policy;
use crate::types::date;
use crate::types::rule::{Confidence, Rule};

/// Seconds: clocks differ, and a token that ended an hour ago may be renewed by what renewed it before.
const GRACE: u64 = date::DAY as u64;

/// What is to be said of a value of a rule that stands on `line`, and what its confidence is then.
pub(super) fn of(
    rule: &Rule,
    policy: &Policy,
    (value, line): (&[u8], impl Fn() -> Vec<u8>),
    confidence: Confidence,
) -> (Option<String>, Confidence) {
    // Whichever rule found it: a token in a `.env` line is one of that line's rule.
    let token = || value.starts_with(b"eyJ").then(|| structure::expiry(value)).flatten();
    let signed =
        || (rule.family == "azure" && rule.id.contains("-sas")).then(|| structure::signed_until(&line(), value)).flatten();
    if let Some(end) = token().or_else(|| structure::signed_until(value, b"sig=")).or_else(signed) {
        return match policy.now {
            Some(now) if end.saturating_add(GRACE) < now => {
                (Some(format!("expired on {}: confidence is low", day(end))), Confidence::Low)
            }
            _ => (Some(format!("valid until {}", day(end))), confidence),
        };
    }
    let account = if rule.family == "aws" { tokens::aws_account(value) } else { None };
    (account.map(|account| format!("a key of AWS account {account:012}")), confidence)
}

/// The day (UTC) of a time in seconds since 1970.
fn day(seconds: u64) -> String {
    date::date((seconds / GRACE) as i64)
}
