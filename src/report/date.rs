//! Times as reports write them.

/// A time in seconds since 1970, at a place `zone` minutes east of UTC, as `2026-11-23T18:02:53+01:00` (RFC 3339).
pub fn iso(time: i64, zone: i32) -> String {
    let local = time.saturating_add(i64::from(zone) * 60);
    let (days, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let (sign, zone) = if zone < 0 { ('-', -zone) } else { ('+', zone) };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}", zone / 60, zone % 60)
}

/// Year, month and day of a day counted from 1970-01-01: Howard Hinnant's `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
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
}
