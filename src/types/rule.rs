//! What a rule is once it is loaded. Built-in rules are static data made by the build script; user rules own theirs.

use std::borrow::Cow;

/// Text that is static for built-in rules and owned for user rules.
pub type Text = Cow<'static, str>;
/// A list of [`Text`].
pub type Texts = Cow<'static, [Text]>;

/// What the holder of such a secret can do, in four steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Little: a public half, a test account.
    Low,
    /// Something, in a narrow place.
    Medium,
    /// Act as a person or a service.
    High,
    /// Act as the owner of an account, a fleet or a signing identity.
    Critical,
}

impl Severity {
    /// The word used in patterns, configuration and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The inverse of [`as_str`](Self::as_str).
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High, Self::Critical].into_iter().find(|s| s.as_str() == name)
    }
}

/// How sure a match is to be a live secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Likely a fixture, an encrypted key or a public half: audited.
    Low,
    /// Shape and context fit.
    Medium,
    /// The format leaves little doubt.
    High,
    /// The value carries a check that holds.
    Proven,
}

impl Confidence {
    /// The word used in patterns, configuration and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Proven => "proven",
        }
    }

    /// The inverse of [`as_str`](Self::as_str).
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High, Self::Proven].into_iter().find(|c| c.as_str() == name)
    }
}

/// An algorithm that proves or refutes a value offline; the names are those of patterns/README.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// CRC-32 in base 62 over the thirty characters before the last six.
    Github,
    /// The same layout as GitHub's.
    Npm,
    /// GitLab routable token: CRC-32 in base 36 over everything before it.
    GitlabRoutable,
    /// Grafana `gl?_` tokens: eight hex digits of CRC-32.
    Grafana,
    /// Azure common annotated security key: Marvin32 with seed `Default0`.
    Cask,
    /// Entra client secret: Marvin32 in base 66.
    Entra,
    /// Azure DevOps personal access token of 52 characters: CRC-32 XOR a constant.
    DevopsPat,
    /// BIP-173.
    Bech32,
    /// Double SHA-256, four bytes.
    Base58Check,
    /// Payment card numbers.
    Luhn,
    /// Mnemonic phrases.
    Bip39,
    /// NATS seeds: base32 with a CRC-16.
    Nkey,
    /// Ed25519 pairs, whose second half follows from the first.
    Ed25519,
}

impl Checksum {
    /// Every algorithm with its name in patterns.
    pub const ALL: [(&'static str, Self); 13] = [
        ("github", Self::Github),
        ("npm", Self::Npm),
        ("gitlab-routable", Self::GitlabRoutable),
        ("grafana", Self::Grafana),
        ("cask", Self::Cask),
        ("entra", Self::Entra),
        ("devops-pat", Self::DevopsPat),
        ("bech32", Self::Bech32),
        ("base58check", Self::Base58Check),
        ("luhn", Self::Luhn),
        ("bip39", Self::Bip39),
        ("nkey", Self::Nkey),
        ("ed25519", Self::Ed25519),
    ];
}

/// One test of a matched value; see patterns/README.md for what each does.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// Documentation values are dropped.
    Placeholder,
    /// Fewer bits a character (Shannon) are dropped.
    Entropy(f32),
    /// Needs a digit.
    Digit,
    /// Needs a letter.
    Letter,
    /// Needs an upper-case letter.
    Upper,
    /// Needs a lower-case letter.
    Lower,
    /// Needs three of the four character kinds.
    Mixed,
    /// Words of a language are dropped.
    Words,
    /// All hex digits are dropped.
    NotHex,
    /// UUIDs are dropped.
    NotUuid,
    /// Published values are dropped: any of these texts in the whole match.
    Public(Texts),
    /// Dropped when any of these texts is in the whole match, unless the value is plainly random.
    Doubtful(Texts),
    /// Proves or lowers.
    Checksum(Checksum),
    /// Azure HIS v1 keys with one of these 8-character seeds: proves or lowers.
    Marvin(Texts),
    /// Both segments decode to JSON objects, else dropped.
    Jwt,
    /// PEM body is plausible, else dropped; encrypted is lowered.
    Pem,
    /// Base64 of printable text that contains this text, else dropped.
    Base64(Text),
    /// Lowered when the whole match contains any of these texts.
    LowerIf(Texts),
}

/// A hand-written reader that stands in for a regex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// `name = value` in whatever language, see `detect/assignment`.
    Assignment,
    /// The entries of objects that say of themselves that they are secret, see `detect/decode/kubernetes`.
    Entries,
    /// Arguments of calls, see `detect/positional/calls`.
    Call,
    /// Words of command lines, see `detect/positional/commands`.
    Command,
}

impl Reader {
    /// What it reads, in words for a person.
    pub const fn as_text(self) -> &'static str {
        match self {
            Self::Assignment => "assignment: name = value, in many languages",
            Self::Entries => "entries: of Kubernetes Secrets, whatever they are called",
            Self::Call => "calls: an argument by its place",
            Self::Command => "commands: a word of a command line by its place",
        }
    }
}

/// Bytes at a place that tell a kind of binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Magic {
    /// Where they stand.
    pub offset: u16,
    /// What stands there.
    pub bytes: Cow<'static, [u8]>,
}

impl Magic {
    /// Whether a content has them.
    pub fn is_in(&self, content: &[u8]) -> bool {
        content.get(usize::from(self.offset)..).is_some_and(|rest| rest.starts_with(&self.bytes))
    }
}

/// The kinds of binary that `detect/container` reads to see whether a private part is inside; the names are those of
/// patterns/README.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Structure {
    /// PKCS#1, PKCS#8, SEC1 or DSA in DER.
    DerPrivateKey,
    /// PKCS#12: `.p12`, `.pfx`.
    Pkcs12,
    /// JKS and JCEKS.
    JavaKeystore,
    /// Bouncy Castle's BKS and UBER.
    BouncyCastle,
    /// An OpenPGP secret key, as packets.
    OpenPgp,
    /// A Kerberos keytab.
    Keytab,
    /// Microsoft's PVK.
    Pvk,
    /// SSH protocol 1.
    Ssh1,
    /// An Ed25519 pair as a list of numbers: what Solana's tools write.
    Ed25519List,
}

impl Structure {
    /// Every kind with its name in patterns.
    pub const ALL: [(&'static str, Self); 9] = [
        ("der-private-key", Self::DerPrivateKey),
        ("pkcs12", Self::Pkcs12),
        ("java-keystore", Self::JavaKeystore),
        ("bouncy-castle", Self::BouncyCastle),
        ("openpgp", Self::OpenPgp),
        ("keytab", Self::Keytab),
        ("pvk", Self::Pvk),
        ("ssh1", Self::Ssh1),
        ("ed25519-list", Self::Ed25519List),
    ];
}

/// What a match needs to be there at all; see `rules/hint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Shortest length of the secret in bytes; 0: no such demand.
    pub run: u16,
    /// The ASCII bytes that may stand in the secret, a bit each; others always may.
    pub alphabet: u128,
    /// A byte that every match holds.
    pub byte: Option<u8>,
    /// Lower-case texts of which every match holds one, in any case; empty: no such demand.
    pub also: Texts,
}

impl Hint {
    /// Whether a byte may stand in the secret.
    pub const fn admits(&self, byte: u8) -> bool {
        byte >= 128 || self.alphabet >> byte & 1 == 1
    }

    /// No demand.
    pub const NONE: Self = Self { run: 0, alphabet: 0, byte: None, also: Cow::Borrowed(&[]) };
}

/// A companion that must be near.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requires {
    /// Id of the other rule.
    pub rule: Text,
    /// Lines between the two, in either direction.
    pub within_lines: u32,
}

/// A rule: what to look for and what a match is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Permanent kebab-case name.
    pub id: Text,
    /// The patterns file it is from, or `custom`.
    pub family: Text,
    /// One line for a person.
    pub title: Text,
    /// What to do about a finding.
    pub advice: Text,
    /// Where the format or its revocation is described; may be empty.
    pub docs: Text,
    /// Former ids.
    pub aliases: Texts,
    /// What the holder can do.
    pub severity: Severity,
    /// What a match alone is worth.
    pub confidence: Confidence,
    /// Lower-case literals; every match contains one. Empty: the regex runs over everything.
    pub keywords: Texts,
    /// Bytes regex with a group `secret`; `None` for path rules.
    pub regex: Option<Text>,
    /// What the regex needs, derived from it when a built-in rule was built; nothing is known of any other here.
    pub hint: Hint,
    /// What reads the place of a keyword instead of a regex.
    pub reader: Option<Reader>,
    /// For readers that go by places: the calls or commands and where the secret stands in them, see `rules/places`.
    pub places: Texts,
    /// For commands: the first letters of each place's program, see `rules/places`.
    pub leads: Cow<'static, [u32]>,
    /// First bytes of binaries that are the finding as a whole; any of them.
    pub magic: Cow<'static, [Magic]>,
    /// What such a binary must be inside.
    pub structure: Option<Structure>,
    /// Bytes on each side of a keyword; `None`: the keyword's line.
    pub reach: Option<u32>,
    /// Globs of paths the rule is for; empty: all.
    pub path: Texts,
    /// Globs of paths the rule is not for.
    pub except: Texts,
    /// Tests of a matched value, in order.
    pub checks: Cow<'static, [Check]>,
    /// A companion that must be near.
    pub requires: Option<Requires>,
}

impl Rule {
    /// Whether the file's name alone is the finding.
    pub fn is_path_rule(&self) -> bool {
        self.regex.is_none() && self.reader.is_none() && self.magic.is_empty() && !self.path.is_empty()
    }

    /// Whether its regex is tried everywhere, as no keyword says where.
    pub fn is_unanchored(&self) -> bool {
        self.keywords.is_empty() && self.regex.is_some()
    }

    /// Whether it is about binaries as a whole.
    pub fn is_binary_rule(&self) -> bool {
        !self.magic.is_empty()
    }

    /// Whether it is about the entries of Kubernetes Secrets.
    pub fn is_entries_rule(&self) -> bool {
        self.reader == Some(Reader::Entries)
    }
}

/// Rules by their index.
pub trait Rules {
    /// The rule of an index that a finding has.
    fn rule(&self, index: u16) -> &Rule;
}
