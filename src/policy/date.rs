//! Days as people write them: `2027-01-31`.

use crate::types::date::{DAY, day_of};

/// When a day (UTC) is over, in seconds since 1970; `None` when it is no day from 1970 on.
pub fn end_of(day: &str) -> Option<u64> {
    let mut parts = day.split('-');
    let mut number = |digits: usize| {
        let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))?;
        part.parse::<i64>().ok()
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    let day = day_of(year, month, day).filter(|day| *day >= 0 && parts.next().is_none())?;
    u64::try_from((day + 1) * DAY).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        for (day, want) in [
            ("1970-01-01", Some(86_400)),
            ("2000-02-28", Some(951_782_400)),
            ("2000-02-29", Some(951_782_400 + 86_400)),
            ("2099-12-31", Some(4_102_444_800)),
            ("2023-02-29", None),
            ("2023-13-01", None),
            ("2023-1-01", None),
            ("2023-01-00", None),
            ("1969-01-01", None),
            ("tomorrow", None),
            ("2023-01-01-01", None),
        ] {
            assert_eq!(end_of(day), want, "{day}");
        }
    }
}
