//! `nospill:allow` on a line, alone or with rule ids.

const MARKER: &[u8] = b"nospill:allow";

/// Whether the lines of a finding hold a marker that covers its rule; `is_rule` knows the rule's id and former ids.
///
/// `nospill:allow` covers every rule; `nospill:allow github-pat, npm-token` only those. A word that looks like a rule id
/// (it has a dash) and names another rule covers nothing, so that a slip of the pen never allows too much.
pub fn allows(lines: &[u8], is_rule: impl Fn(&str) -> bool) -> bool {
    let mut rest = lines;
    while let Some(at) = rest.windows(MARKER.len()).position(|window| window == MARKER) {
        rest = &rest[at + MARKER.len()..];
        let line = rest.split(|&b| b == b'\n').next().unwrap_or_default();
        if covers(line, &is_rule) {
            return true;
        }
    }
    false
}

/// Whether what stands behind the marker covers the rule.
fn covers(tail: &[u8], is_rule: &impl Fn(&str) -> bool) -> bool {
    let tail = String::from_utf8_lossy(tail);
    if tail.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return false;
    }
    let words = tail.split([' ', ',', '\t', '=', ':', '(', '[']).filter(|word| !word.is_empty());
    let ids: Vec<&str> =
        words.map(|word| word.trim_end_matches([')', ']', ';', '"', '\''])).take_while(|word| is_id(word)).collect();
    ids.is_empty() || ids.iter().any(|id| is_rule(id))
}

fn is_id(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    word.chars().all(plain) && word.trim_matches('-').contains('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers() {
        let is_rule = |id: &str| ["github-pat", "old-pat"].contains(&id);
        for (line, want) in [
            ("x = 1 # nospill:allow", true),
            ("x = 1 // nospill:allow test fixture", true),
            ("nospill:allow github-pat", true),
            ("nospill:allow old-pat", true),
            ("nospill:allow npm-token, github-pat", true),
            ("nospill:allow npm-token", false),
            ("/* nospill:allow(github-pat) */", true),
            ("<!-- nospill:allow -->", true),
            ("nospill:allowed", false),
            ("nospill", false),
        ] {
            assert_eq!(allows(line.as_bytes(), is_rule), want, "{line}");
        }
    }
}
