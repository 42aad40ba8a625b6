//! What a value says of itself beside being a secret: when a JSON web token ends, which AWS account a key id is of.

use crate::codec::tokens;
use crate::detect::checks::structure;
use crate::policy::effects::Policy;
use crate::types::rule::{Confidence, Rule};

/// A day, in seconds: clocks differ, and a token that ended an hour ago may be renewed by what renewed it before.
const DAY: u64 = 24 * 60 * 60;

/// What is to be said of a value of a rule, and what its confidence is then.
pub(super) fn of(rule: &Rule, policy: &Policy, value: &[u8], confidence: Confidence) -> (Option<String>, Confidence) {
    // Whichever rule found it: a token in a `.env` line is one of that line's rule.
    if let Some(end) = value.starts_with(b"eyJ").then(|| structure::expiry(value)).flatten() {
        return match policy.now {
            Some(now) if end.saturating_add(DAY) < now => {
                (Some(format!("expired on {}: confidence is low", date(end))), Confidence::Low)
            }
            _ => (Some(format!("valid until {}", date(end))), confidence),
        };
    }
    let account = if rule.family == "aws" { tokens::aws_account(value) } else { None };
    (account.map(|account| format!("a key of AWS account {account:012}")), confidence)
}

/// The day (UTC) of a time in seconds since 1970, as year, month and day: Howard Hinnant's `civil_from_days`.
fn date(seconds: u64) -> String {
    const ERA: u64 = 146_097;
    let days = seconds / DAY + 719_468;
    let (era, day_of_era) = (days / ERA, days % ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (seconds, want) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (1_700_000_000, "2023-11-14"),
            (4_102_444_799, "2099-12-31"),
        ] {
            assert_eq!(date(seconds), want);
        }
    }
}
