//! What a file holds whose name says that it holds secrets: a `.env`, a kubeconfig, a `.pgpass`. Such a file may hold settings,
//! placeholders or ciphertext only, and then its name is no reason to stop a commit.
//!
//! Errs on the side of the name: every value counts that is not plainly harmless. One pass over lines; pairs are read the same
//! way in all formats, because all that is asked is whether there is any.

use super::checks::entry::{self, Name};
use super::checks::{dummy, letters, placeholder, shape, verifier};
use super::decode::encoding::{Decoded, Encoding};
use super::decode::encrypted;
use crate::types::span::{Span, Spans};

/// Bits from which on a value counts whatever it is called.
const DRAWN: i32 = 12;

/// Whether a content may hold a secret: a binary that is no ciphertext, or a text with a value that may be one.
pub fn may_hold_secret(content: &[u8]) -> bool {
    if encrypted::is_by_head(content) {
        return false;
    }
    let encoding = Encoding::of(content);
    if encoding == Encoding::Binary {
        return true;
    }
    let decoded = Decoded::new(content, encoding);
    let text = &*decoded.text;
    let sealed: Spans = encrypted::sealed(text).iter().map(|sealed| sealed.span).collect();
    Lines { text, sealed, name: Span::default(), is_public: false }.any_secret()
}

/// Reads the lines of a text.
struct Lines<'t> {
    text: &'t [u8],
    sealed: Spans,
    /// The name whose value stands on lines to come.
    name: Span,
    /// Inside of a block of PEM that is public.
    is_public: bool,
}

impl Lines<'_> {
    fn any_secret(mut self) -> bool {
        let mut start = 0;
        for line in self.text.split(|&b| b == b'\n') {
            let span = Span::new(start, start + line.len());
            start += line.len() + 1;
            if self.holds(span) {
                return true;
            }
        }
        false
    }

    fn holds(&mut self, line: Span) -> bool {
        let line = trimmed(self.text, line, u8::is_ascii_whitespace);
        let text = line.of(self.text);
        if shape::contains(text, b"-----BEGIN ") || shape::contains(text, b"-----END ") {
            let is_secret = shape::contains(text, b"PRIVATE");
            self.is_public = !is_secret && shape::contains(text, b"-----BEGIN ") && !shape::contains(text, b"-----END ");
            return is_secret;
        }
        let is_comment = matches!(text, [b'#' | b';', ..] | [b'/', b'/'] | [b'/', b'/', b' ' | b'\t', ..] | [b'-', b'-', ..]);
        if self.is_public || text.is_empty() || is_comment {
            return false;
        }
        if shape::contains(text, b"\"") && !shape::contains(text, b"=\"") && !shape::contains(text, b"= \"") {
            return self.holds_strings(line);
        }
        match operator(text) {
            Some((end, start)) => {
                let name = Span::new(line.start, line.start + end);
                let value = Span::new(line.start + start, line.end);
                self.name = name;
                self.may_be(name, value)
            }
            None => self.holds_words(line),
        }
    }

    /// The strings of JSON, and of YAML and its kin in double quotes: those before a colon are names.
    fn holds_strings(&mut self, line: Span) -> bool {
        let mut at = line.start;
        while let Some(open) = memchr::memchr(b'"', &self.text[at..line.end]).map(|found| at + found) {
            let bare = trimmed(self.text, Span::new(at, open), |b| b.is_ascii_whitespace() || b":,{}[]-".contains(b));
            if !bare.is_empty() && self.text[..open].trim_ascii_end().ends_with(b":") {
                self.name = bare;
            } else if !bare.is_empty() && self.may_be(self.name, bare) {
                return true;
            }
            let is_close =
                |at: &usize| self.text[*at] == b'"' && (self.text[*at - 1] != b'\\' || self.text[..*at].ends_with(b"\\\\"));
            let close = (open + 1..line.end).find(is_close).unwrap_or(line.end);
            let string = Span::new(open + 1, close);
            at = (close + 1).min(line.end);
            if self.text[at..line.end].trim_ascii_start().starts_with(b":") {
                self.name = string;
            } else if self.may_be(self.name, string) {
                return true;
            }
        }
        let rest = trimmed(self.text, Span::new(at, line.end), |b| b.is_ascii_whitespace() || b":,{}[]".contains(b));
        self.may_be(self.name, rest)
    }

    /// Words with blanks between them, each of which may be the name of the next, or fields with colons between them, of which
    /// the last is the secret.
    fn holds_words(&mut self, line: Span) -> bool {
        let text = line.of(self.text);
        if !text.iter().any(u8::is_ascii_whitespace) && !shape::contains(text, b"://") {
            let fields = text.split(|&b| b == b':').count();
            let last = text.rsplit(|&b| b == b':').next().map_or(0, <[u8]>::len);
            let value = Span::new(line.end - last, line.end);
            return if fields == 5 { self.may_be_called(Name::Telling, value) } else { self.may_be(self.name, value) };
        }
        let (mut name, mut at) = (self.name, line.start);
        for word in text.split(u8::is_ascii_whitespace) {
            let span = Span::new(at, at + word.len());
            at += word.len() + 1;
            if self.may_be(name, span) {
                return true;
            }
            name = span;
        }
        false
    }

    /// Whether what stands under a name may be a secret.
    fn may_be(&self, name: Span, value: Span) -> bool {
        self.may_be_called(entry::name_says(name.of(self.text)), value)
    }

    fn may_be_called(&self, says: Name, value: Span) -> bool {
        let value = trimmed(self.text, value, |b| b.is_ascii_whitespace() || b"\"'`,;".contains(b));
        !self.sealed.overlap(value) && says != Name::Public && may_be(says, value.of(self.text))
    }
}

fn may_be(says: Name, value: &[u8]) -> bool {
    const SHORTEST: usize = 4;
    let is_nothing =
        value.len() < SHORTEST || entry::is_plain(value) || placeholder::is_placeholder(value) || dummy::is_stand_in(value);
    if is_nothing {
        return false;
    }
    if verifier::is_verifier(value) {
        return true;
    }
    if let Some(at) = memchr::memmem::find(value, b"://") {
        return is_telling_address(&value[at + 3..]);
    }
    // A connection string.
    if value.contains(&b';') && value.contains(&b'=') {
        return value.split(|&b| b == b';').any(|part| {
            operator(part).is_some_and(|(end, start)| may_be(entry::name_says(&part[..end]), part[start..].trim_ascii()))
        });
    }
    let is_path = matches!(value, [b'/' | b'~', ..] | [b'.', b'/', ..] | [b'.', b'.', b'/', ..]);
    let is_identifier = shape::is_uuid(value) && says != Name::Telling;
    let asked = match says {
        Name::Telling => i32::MIN,
        _ => DRAWN,
    };
    !is_path && !is_identifier && letters::randomness(value) >= asked
}

/// Whether an address holds a password, or something drawn in its path or query.
fn is_telling_address(address: &[u8]) -> bool {
    let host_end = address.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(address.len());
    let (authority, rest) = address.split_at(host_end);
    let user = authority.iter().rposition(|&b| b == b'@').map(|at| &authority[..at]);
    let password = user.map(|user| user.iter().position(|&b| b == b':').map_or(user, |at| &user[at + 1..]));
    let is_password =
        password.is_some_and(|text| !text.is_empty() && !placeholder::is_placeholder(text) && !dummy::is_stand_in(text));
    let is_drawn = |part: &[u8]| part.len() >= 16 && letters::randomness(part) >= 2 * DRAWN;
    is_password || rest.split(|b| matches!(b, b'/' | b'?' | b'&' | b'=' | b'#')).any(is_drawn)
}

/// The operator of a line: where the name ends and the value starts.
fn operator(text: &[u8]) -> Option<(usize, usize)> {
    let at = text.iter().enumerate().position(|(at, &b)| match b {
        b'=' => true,
        b':' => text.get(at + 1).is_none_or(u8::is_ascii_whitespace),
        _ => false,
    })?;
    Some((at, at + 1 + usize::from(text.get(at + 1) == Some(&b'>'))))
}

/// A span without the bytes of a kind around it.
fn trimmed(text: &[u8], span: Span, is_frame: impl Fn(&u8) -> bool) -> Span {
    let inside = span.of(text);
    let start = inside.iter().position(|b| !is_frame(b)).unwrap_or(inside.len());
    let end = inside.iter().rposition(|b| !is_frame(b)).map_or(start, |at| at + 1);
    Span::new(span.start + start, span.start + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn() -> String {
        ["kX9v", "Q2mL", "7pR4", "tZ8w"].concat()
    }

    #[test]
    fn what_may_hold_a_secret() {
        let v = drawn();
        for text in [
            format!("DB_PASSWORD={v}\n"),
            format!("HOST=a.b\nexport SHOP=\"{v}\"\n"),
            "DB_PASSWORD=post".to_owned() + "gres\n",
            format!("DB=mysql://root:{v}@db/shop\n"),
            format!("{{\"Values\": {{\"Shop\": \"{v}\"}}}}"),
            format!("users:\n- user:\n    client-key-data: {v}{v}\n"),
            format!("machine acme.dev login ops password {}\n", ["win", "ter7x"].concat()),
            ["db:5432:shop:ops:", "win", "ter7x"].concat(),
            format!("https://ops:{v}@git.acme.dev"),
            format!("token: |\n  {v}\n"),
            format!("-----BEGIN RSA PRIVATE KEY-----\n{v}\n"),
            format!("CONN=Server=a;User Id=sa;Password={v}\n"),
            format!("ops:$apr1$abcdefgh${v}abcdef\n"),
        ] {
            assert!(may_hold_secret(text.as_bytes()), "{text}");
        }
        assert!(may_hold_secret(b"\0\x01\x02\x03\0\0\x05"));
    }

    #[test]
    fn what_holds_none() {
        let v = drawn().repeat(3);
        for text in [
            String::new(),
            "# where the shop listens\nSHOP_HOST=host.docker.internal\n# DB_PASSWORD=<your password>\n".to_owned(),
            "SPEECH_KEY=paste-your-key-here\nSPEECH_REGION=paste-your-region-here\n".to_owned(),
            "GOBIN=${GOBIN:=$(go env GOBIN)}\nKIND=\"${GOBIN}/kind-v0.20.0\"\n".to_owned(),
            "NODE_ENV=production\nPORT=3000\nDEBUG=true\nTOKEN_TTL=30m\nKEY_FILE=/run/key\nDB_PASSWORD=\n".to_owned(),
            "DB_PASSWORD=changeme\nAPI_KEY={{ api_key }}\nB=op://vault/item\n".to_owned(),
            "{\n  \"IsEncrypted\": false,\n  \"Values\": {\n    \"AzureWebJobsStorage\": \"\",\n    \"R\": \"python\"\n  }\n}"
                .to_owned(),
            "{\"IsEncrypted\":false,\"Values\":{\"AzureWebJobsStorage\":\"UseDevelopmentStorage=true\",\"R\":\"python\"}}"
                .to_owned(),
            format!("DB_PASSWORD=ENC[AES256_GCM,data:{v},iv:{v},tag:{v},type:str]\nsops_mac=ENC[AES256_GCM,data:{v}]\n"),
            format!("DOTENV_PUBLIC_KEY=\"{v}\"\nDB_PASSWORD=\"encrypted:{v}\"\n"),
            format!("\0GITCRYPT\0{v}"),
            format!("$ANSIBLE_VAULT;1.1;AES256\n{v}\n"),
            format!("U2FsdGVkX1{v}\n"),
            format!(
                "clusters:\n- cluster:\n    certificate-authority-data: {v}\n    server: https://k8s.acme.dev:6443\n  name: shop\n"
            ),
            format!("-----BEGIN CERTIFICATE-----\n{v}\n-----END CERTIFICATE-----\n"),
            "root:*:19000:0:99999:7:::\nbin:!:19000:0:99999:7:::\n".to_owned(),
            "../shared/.env".to_owned(),
        ] {
            assert!(!may_hold_secret(text.as_bytes()), "{text}");
        }
    }
}
