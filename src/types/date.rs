//! Days of the calendar and seconds since 1970, both ways. The algorithms are Howard Hinnant's `days_from_civil` and
//! `civil_from_days`.

/// A day, in seconds.
pub const DAY: i64 = 86_400;
/// Days of 400 years.
const ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// The day of a date, counted from 1970-01-01; `None` when the calendar has no such date.
pub fn day_of(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    let days = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    let shifted = if month > 2 { year } else { year - 1 };
    let (era, year_of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * ERA + day_of_era - EPOCH)
}

/// Year, month and day of a day counted from 1970-01-01.
fn civil(day: i64) -> (i64, i64, i64) {
    let days = day + EPOCH;
    let (era, day_of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A day counted from 1970-01-01, as `2026-11-23`.
pub fn date(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A time in seconds since 1970, at a place `zone` minutes east of UTC, as `2026-11-23T18:02:53+01:00` (RFC 3339).
pub fn iso(time: i64, zone: i32) -> String {
    let local = time.saturating_add(i64::from(zone) * 60);
    let (day, second) = (date(local.div_euclid(DAY)), local.rem_euclid(DAY));
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let (sign, zone) = if zone < 0 { ('-', -zone) } else { ('+', zone) };
    format!("{day}T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}", zone / 60, zone % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        for (time, zone, want) in [
            (0, 0, "1970-01-01T00:00:00+00:00"),
            (951_782_400, 0, "2000-02-29T00:00:00+00:00"),
            (1_112_911_993, -420, "2005-04-07T15:13:13-07:00"),
            (-1, 90, "1970-01-01T01:29:59+01:30"),
        ] {
            assert_eq!(iso(time, zone), want);
        }
    }

    #[test]
    fn days_there_and_back() {
        for day in (-800_000..800_000).step_by(31) {
            let (year, month, date) = civil(day);
            assert_eq!(day_of(year, month, date), Some(day));
        }
        for (year, month, day) in [(2023, 2, 29), (1900, 2, 29), (2023, 13, 1), (2023, 0, 1), (2023, 1, 0), (2023, 4, 31)] {
            assert_eq!(day_of(year, month, day), None);
        }
    }
}
