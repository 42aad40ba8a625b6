//! Days as people write them: `2027-01-31`.

/// A day, in seconds.
const DAY: u64 = 24 * 60 * 60;

/// When a day (UTC) is over, in seconds since 1970; `None` when it is no day from 1970 on. Howard Hinnant's
/// `days_from_civil`.
pub fn end_of(day: &str) -> Option<u64> {
    let mut parts = day.split('-');
    let mut number = |digits: usize| {
        let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))?;
        part.parse::<u64>().ok()
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if parts.next().is_some() || year < 1970 || day == 0 || day > days {
        return None;
    }
    let shifted = if month > 2 { year } else { year - 1 };
    let (era, year_of_era) = (shifted / 400, shifted % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some((era * 146_097 + day_of_era + 1).checked_sub(719_468)? * DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        for (day, want) in [
            ("1970-01-01", Some(DAY)),
            ("2000-02-28", Some(951_782_400)),
            ("2000-02-29", Some(951_782_400 + DAY)),
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
