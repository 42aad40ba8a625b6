//! Plain regexes: those of which one pass over the text tells that they compile, and how large they get.
//!
//! Parsing a regex costs tens of microseconds, and a commit would pay them for every rule of a configuration. This knows a
//! part of the syntax and says nothing of the rest, which is parsed. A test holds it to the compiler.

/// How many characters and classes a regex comes to when its repetitions are written out; `None` where it is not plain.
pub(super) fn weight(regex: &str) -> Option<usize> {
    let mut reader = Reader { rest: regex.as_bytes(), named: false };
    let weight = reader.alternatives(0)?;
    reader.rest.is_empty().then_some(weight)
}

/// Deepest nesting that is followed.
const DEEPEST: usize = 20;
/// Most repetitions that are called plain.
const MOST: usize = 1000;
/// What stands for itself outside of brackets.
const SIGNS: &[u8] = b"_-/:=@%,;\"'#!~&<> ";
/// What stands for itself inside of brackets. Two of `-`, `&` or `~` would be an operation on sets.
const IN_CLASS: &[u8] = b"_/:=@%,;\"'#!<> .+*?$(){}|";
/// What a backslash may stand before.
const ESCAPED: &[u8] = b".+*?()|[]{}^$-\\/\"':=@#&~";

struct Reader<'r> {
    rest: &'r [u8],
    /// Whether there was a group with a name: two could have the same.
    named: bool,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn take(&mut self, text: &[u8]) -> bool {
        self.rest.strip_prefix(text).map(|rest| self.rest = rest).is_some()
    }

    /// Up to the end, or the parenthesis that closes the group.
    fn alternatives(&mut self, depth: usize) -> Option<usize> {
        let mut sum = (depth < DEEPEST).then_some(1usize)?;
        while let Some(&byte) = self.rest.first() {
            if byte == b')' {
                break;
            }
            let weight = self.item(depth)?;
            sum = sum.checked_add(weight)?;
        }
        Some(sum)
    }

    /// One item with its repetition.
    fn item(&mut self, depth: usize) -> Option<usize> {
        let weight = match self.next()? {
            b'|' => return Some(1),
            b'^' | b'$' => return (!self.is_repeated()).then_some(1),
            b'\\' => match self.next()? {
                b'b' | b'B' => return (!self.is_repeated()).then_some(1),
                b'd' | b'w' | b's' | b'D' | b'W' | b'S' | b't' | b'n' | b'r' => 8,
                sign if ESCAPED.contains(&sign) => 1,
                _ => return None,
            },
            b'(' => {
                if self.take(b"?i)") {
                    return (!self.is_repeated()).then_some(1);
                }
                self.group()?;
                let weight = self.alternatives(depth + 1)?;
                if self.next()? != b')' {
                    return None;
                }
                weight
            }
            b'[' => self.class()?,
            b'.' => 4,
            byte if byte.is_ascii_alphanumeric() || SIGNS.contains(&byte) => 2,
            _ => return None,
        };
        weight.checked_mul(self.times()?)
    }

    fn is_repeated(&self) -> bool {
        matches!(self.rest.first(), Some(b'*' | b'+' | b'?' | b'{'))
    }

    /// What stands behind the parenthesis of a group.
    fn group(&mut self) -> Option<()> {
        if self.take(b"?:") || self.take(b"?i:") {
            return Some(());
        }
        if self.take(b"?<") || self.take(b"?P<") {
            let end = self.rest.iter().position(|&b| b == b'>')?;
            let (name, rest) = self.rest.split_at(end);
            let is_name = name.first().is_some_and(u8::is_ascii_lowercase) && name.iter().all(u8::is_ascii_alphanumeric);
            self.rest = &rest[1..];
            return (is_name && !std::mem::replace(&mut self.named, true)).then_some(());
        }
        (self.rest.first() != Some(&b'?')).then_some(())
    }

    /// The inside of brackets.
    fn class(&mut self) -> Option<usize> {
        self.take(b"^");
        let mut members = 0;
        loop {
            match self.next()? {
                b']' if members > 0 => return Some(2 * members + 2),
                b'-' if members > 0 && self.rest.first() == Some(&b']') => {}
                b'\\' => match self.next()? {
                    b'd' | b'w' | b's' | b't' | b'n' | b'r' => {}
                    sign if ESCAPED.contains(&sign) => {}
                    _ => return None,
                },
                from if from.is_ascii_alphanumeric() => self.range(from)?,
                sign if IN_CLASS.contains(&sign) => {}
                _ => return None,
            }
            members += 4;
        }
    }

    /// The rest of a range such as `a-z`, where there is one.
    fn range(&mut self, from: u8) -> Option<()> {
        if let [b'-', to, rest @ ..] = self.rest
            && *to != b']'
        {
            let is_range = from.is_ascii_digit() && to.is_ascii_digit()
                || from.is_ascii_lowercase() && to.is_ascii_lowercase()
                || from.is_ascii_uppercase() && to.is_ascii_uppercase();
            self.rest = rest;
            return (is_range && from <= *to).then_some(());
        }
        Some(())
    }

    /// How often an item may be repeated at most, or must be where there is no limit.
    fn times(&mut self) -> Option<usize> {
        let times = match self.rest.first() {
            Some(b'*' | b'+' | b'?') => {
                self.next();
                2
            }
            Some(b'{') => {
                self.next();
                let end = self.rest.iter().position(|&b| b == b'}')?;
                let (inside, rest) = self.rest.split_at(end);
                self.rest = &rest[1..];
                let (least, most) = std::str::from_utf8(inside).ok().map(|text| text.split_once(',').unwrap_or((text, text)))?;
                let number = |text: &str| text.parse::<usize>().ok().filter(|n| *n <= MOST && !text.starts_with('+'));
                let least = number(least)?;
                let most = if most.is_empty() { least } else { number(most)? };
                if least > most {
                    return None;
                }
                most.max(1) + 1
            }
            _ => return Some(1),
        };
        self.take(b"?");
        (!self.is_repeated()).then_some(times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn compiles(regex: &str) -> bool {
        regex::bytes::RegexBuilder::new(regex).unicode(false).multi_line(true).size_limit(4 << 20).build().is_ok()
    }

    #[test]
    fn common_regexes_are_plain() {
        for (regex, is_plain) in [
            (r"\b(?<secret>house-[0-9a-f]{32})\b", true),
            (r#"(?i)(?:key|token)\s*[=:]\s*["']?(?P<secret>[\w+/.=-]{20,40}?)["']?$"#, true),
            ("", true),
            ("a|", true),
            (r"[^\s]+", true),
            ("(?x)a b", false),
            (r"\p{L}", false),
            ("[[:alpha:]]", false),
            ("(?<a>x)(?<a>y)", false),
            ("a**", false),
            ("x{3,2}", false),
            ("[z-a]", false),
            ("(", false),
            (")", false),
        ] {
            assert_eq!(weight(regex).is_some(), is_plain, "{regex}");
            assert!(!is_plain || compiles(regex), "{regex}");
        }
        assert!(weight("(a{100}){100}").is_some_and(|weight| weight > 10_000));
        assert_eq!(weight(&"(".repeat(100_000)), None);
    }

    proptest! {
        #[test]
        fn what_is_plain_compiles(parts in prop::collection::vec(prop::sample::select(vec![
            "a", "Z", "0", "_", "-", "/", "\"", " ", "#", "~", "&", "<", ">", "=", ",", ":", ".", "^", "$", "|", "*", "+", "?", "{2}",
            "{1,}", "{0,3}", "{", "}", "(", "(?:", "(?i)", "(?i:", "(?<secret>", "(?P<a1>", ")", "[", "[^", "]", "a-z", "A-f", "0-9",
            "&&", "--", "\\d", "\\W", "\\b", "\\.", "\\-", "\\]", "\\/", "\\n", "\\x", "\\", "\\\"", "\\&", "\\~", "!", "@", "%", "'", ";",
        ]), 0..14)) {
            let regex = parts.concat();
            if weight(&regex).is_some_and(|weight| weight <= 2000) {
                prop_assert!(compiles(&regex), "{regex}");
            }
        }
    }
}
