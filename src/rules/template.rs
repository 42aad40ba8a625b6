//! Example templates: text with `{name:args}` parts that are filled from a seed, so that the repository holds no secret.
//!
//! The grammar and the list of forms are in patterns/README.md. Filling is a pure function of template and seed.

mod forms;

/// What is wrong with a template.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A brace without its partner.
    #[error("unbalanced braces in template {0:?}")]
    Unbalanced(String),
    /// A name that no form has, or arguments that do not fit it.
    #[error("template form {{{0}}} is unknown or its arguments do not fit")]
    Form(String),
}

/// A small seeded generator (SplitMix64): examples must be the same on every machine, not unpredictable.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator for one example: rule id and index decide everything.
    pub fn new(id: &str, index: usize) -> Self {
        let seed = id.bytes().fold(0xcbf2_9ce4_8422_2325 ^ index as u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number in `0..bound`; `bound` must not be 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next_u64() % bound as u64) as usize
    }

    /// `count` bytes of `alphabet`, which must not be empty.
    pub fn text(&mut self, alphabet: &[u8], count: usize) -> Vec<u8> {
        (0..count).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }

    /// `count` bytes of any value.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next_u64() as u8).collect()
    }
}

/// The text of `template`, its random parts drawn from `random`.
///
/// # Errors
/// On unbalanced braces and unknown forms.
pub fn fill(template: &str, random: &mut Random) -> Result<Vec<u8>, TemplateError> {
    let unbalanced = || TemplateError::Unbalanced(template.to_owned());
    let (mut out, mut last, mut rest) = (Vec::new(), Vec::new(), template);
    while let Some(at) = rest.find(['{', '}']) {
        let (plain, tail) = rest.split_at(at);
        out.extend(plain.as_bytes());
        if let Some(after) = tail.strip_prefix("{{").or_else(|| tail.strip_prefix("}}")) {
            out.push(tail.as_bytes()[0]);
            rest = after;
            continue;
        }
        let inner = tail.strip_prefix('{').ok_or_else(unbalanced)?;
        let end = closing(inner).ok_or_else(unbalanced)?;
        let (form, after) = (&inner[..end], &inner[end + 1..]);
        last = forms::fill(form, &last, random)?;
        out.extend(&last);
        rest = after;
    }
    out.extend(rest.as_bytes());
    Ok(out)
}

/// Offset of the brace that closes a form whose opening brace was just passed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{azure, bases, tokens};

    fn filled(template: &str) -> Vec<u8> {
        fill(template, &mut Random::new("test", 1)).expect("the template is well-formed")
    }

    #[test]
    fn literal_braces_and_nesting() {
        assert_eq!(filled("a{{b}}c{repeat:xy:3}"), b"a{b}cxyxyxy");
        assert_eq!(filled("{base64:a{repeat:b:2}}"), b"YWJi");
        assert_eq!(filled("{base64:{{x}}}"), b"e3h9");
        assert_eq!(filled("{join:AK:IA}"), ["AK", "IA"].concat().as_bytes());
    }

    #[test]
    fn the_same_seed_gives_the_same_text() {
        assert_eq!(filled("{alnum:40}"), filled("{alnum:40}"));
        assert_ne!(filled("{alnum:40}"), fill("{alnum:40}", &mut Random::new("test", 2)).expect("well-formed"));
    }

    #[test]
    fn forms_with_checks_pass_them() {
        assert!(tokens::is_github(&filled("ghp_{alnum:30}{crc32}")));
        assert!(tokens::is_grafana(&filled("{grafana}")));
        assert!(tokens::is_gitlab_routable(&filled("{routable:glpat-}")));
        assert!(azure::is_cask(&filled("{cask:AZDO}")) && azure::is_cask(&filled("{cask88:AZAC}")));
        assert!(azure::is_entra(&filled("{entra}")));
        assert!(azure::is_devops_pat(&filled("{azdo}")));
        for (bytes, sign, len) in [(64, "+ASt", 88), (32, "+ASb", 44), (39, "AzSe", 52), (40, "AzFu", 56)] {
            let key = filled(&format!("{{his:{sign}:{bytes}:Default0}}"));
            assert_eq!(key.len(), len, "{sign}");
            assert!(azure::is_his(&key, ["Default0"]), "{sign}");
        }
        assert!(bases::is_bech32(&filled("{bech32:nsec:32}")) && bases::is_base58check(&filled("{wif}")));
    }

    #[test]
    fn bad_templates_are_errors() {
        for bad in ["{alnum:4", "a}b", "{nosuch:1}", "{alnum:x}", "{his:A:64}"] {
            assert!(fill(bad, &mut Random::new("test", 1)).is_err(), "{bad}");
        }
    }
}
