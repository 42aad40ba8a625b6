//! Checks, outcomes and reasons in words, and text set to a readable width.

use crate::detect::assignment::score::Reason;
use crate::detect::checks::Outcome;
use crate::types::rule::{Check, Checksum, Text};

/// A check as patterns/README.md calls it, with its argument.
pub fn check(check: &Check) -> String {
    let list = |texts: &[Text]| texts.join(", ");
    match check {
        Check::Placeholder => "placeholder".to_owned(),
        Check::Entropy(bits) => format!("entropy {bits}"),
        Check::Digit => "digit".to_owned(),
        Check::Letter => "letter".to_owned(),
        Check::Upper => "upper".to_owned(),
        Check::Lower => "lower".to_owned(),
        Check::Mixed => "mixed".to_owned(),
        Check::Words => "words".to_owned(),
        Check::NotHex => "not-hex".to_owned(),
        Check::NotUuid => "not-uuid".to_owned(),
        Check::Public(texts) => format!("public {}", list(texts)),
        Check::Checksum(sum) => format!("checksum {}", checksum(*sum)),
        Check::Marvin(seeds) => format!("marvin {}", list(seeds)),
        Check::Jwt => "jwt".to_owned(),
        Check::Pem => "pem".to_owned(),
        Check::Base64(text) => format!("base64 {text}"),
        Check::Doubtful(texts) => format!("doubtful {}", list(texts)),
        Check::LowerIf(texts) => format!("lower_if {}", list(texts)),
    }
}

fn checksum(sum: Checksum) -> &'static str {
    Checksum::ALL.iter().find(|(_, known)| *known == sum).map_or("unnamed", |(name, _)| name)
}

/// What a check said.
pub fn outcome(check: &Check, outcome: Outcome) -> &'static str {
    match (outcome, check) {
        (Outcome::Keep, _) => "nothing against it",
        (Outcome::Prove, _) => "holds: confidence is proven",
        (Outcome::Lower, Check::Checksum(_) | Check::Marvin(_)) => "does not hold: confidence is low",
        (Outcome::Lower, Check::Pem) => "the key is encrypted: confidence is low",
        (Outcome::Lower, _) => "the match holds one of these texts: confidence is low",
        (Outcome::Drop, check) => dropped(check),
    }
}

/// Why a check drops a value.
fn dropped(check: &Check) -> &'static str {
    match check {
        Check::Placeholder => "dropped: a documentation value or a stand-in",
        Check::Entropy(_) => "dropped: too few bits a character to be random",
        Check::Digit => "dropped: no digit in it",
        Check::Letter => "dropped: no letter in it",
        Check::Upper => "dropped: no upper-case letter in it",
        Check::Lower => "dropped: no lower-case letter in it",
        Check::Mixed => "dropped: fewer than three kinds of characters",
        Check::Words => "dropped: reads as words",
        Check::NotHex => "dropped: all hex digits",
        Check::NotUuid => "dropped: a UUID",
        Check::Public(_) => "dropped: a published value",
        Check::Doubtful(_) => "dropped: the match holds one of these texts, and the value is not plainly random",
        Check::Jwt => "dropped: its segments are no JSON objects",
        Check::Pem => "dropped: the body is no key",
        Check::Base64(_) => "dropped: does not decode to such a text",
        Check::Checksum(_) | Check::Marvin(_) => "dropped: does not hold",
        Check::LowerIf(_) => "dropped",
    }
}

/// What the assignment reader gives or takes bits for.
pub fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Name => "what the name asks of a value",
        Reason::Letters => "how random rather than worded it looks",
        Reason::PasswordLike => "digits and marks as people put into passwords",
        Reason::Length => "a length that secrets have, or ids",
        Reason::Placeholder => "a documentation value, a reference or a template",
        Reason::Dummy => "made of words that stand for a secret",
        Reason::OtherKind => "a path, an address, a format, a digest or a ciphertext",
        Reason::Shape => "too short, or with characters that secrets lack",
        Reason::Form => "the form of the assignment",
        Reason::Place => "the kind of file",
        Reason::Weak => "a weak password, in a file that something is set up by",
        Reason::Public => "made to be public, as what stands around it says: confidence is low",
    }
}

/// A number of things: `1 rule`, `2 rules`.
pub fn count(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// Words set to `WIDTH` columns, every line behind `indent` blanks, the first one behind `mark` as well.
pub fn wrapped(text: &str, indent: usize, mark: &str) -> String {
    const WIDTH: usize = 100;
    let hang = indent + mark.chars().count();
    let mut out = format!("{:indent$}{mark}", "");
    let mut column = hang;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > hang && column + 1 + length > WIDTH {
            out.push_str(&format!("\n{:hang$}", ""));
            column = hang;
        }
        if column > hang {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_set_to_a_width() {
        assert_eq!(wrapped("a  b\nc", 2, "- "), "  - a b c\n");
        let text = wrapped(&"word ".repeat(30), 4, "");
        assert!(text.lines().all(|line| line.starts_with("    word") && line.len() <= 100), "{text}");
        assert_eq!(text.lines().count(), 2, "{text}");
    }
}
