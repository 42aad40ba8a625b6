//! Where a secret stands that has no name: an argument of a call, a word of a command line.
//!
//! A rule's `calls` and `commands` are short texts, each a picture of what people write with a word in capitals where the
//! secret stands: `HTTPBasicAuth(_, PASSWORD)`, `twine upload -p|--password PASSWORD`. They are kept as they are and read
//! at a keyword's hit; the build script includes this file to derive the keywords. patterns/README.md describes them.

/// What a place asks of a value, as names do where values have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// People choose it.
    Password,
    /// More often drawn than chosen.
    Secret,
    /// Drawn by a machine.
    Token,
    /// Plainly random, else it is something else.
    Key,
    /// Base64 of a user and a password.
    Basic,
}

/// The secret in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker<'s> {
    /// What stands before it in the same word or literal: `pass:`, `-p`.
    pub before: &'s str,
    /// What divides it from a user that stands before it: the colon of `USER:PASSWORD`.
    pub divider: Option<u8>,
    /// What is asked of it.
    pub worth: Worth,
}

impl<'s> Marker<'s> {
    const WORDS: [(&'static str, Worth); 5] = [
        ("PASSWORD", Worth::Password),
        ("SECRET", Worth::Secret),
        ("TOKEN", Worth::Token),
        ("KEY", Worth::Key),
        ("BASIC", Worth::Basic),
    ];

    /// Reads a word that ends with a marker; `None` for any other.
    pub fn parse(word: &'s str) -> Option<Self> {
        // Most words are none, and most of those do not end with a capital.
        if !word.as_bytes().last().is_some_and(u8::is_ascii_uppercase) {
            return None;
        }
        let (before, worth) = Self::WORDS.iter().find_map(|(name, worth)| Some((word.strip_suffix(name)?, *worth)))?;
        let user = before.char_indices().next_back().filter(|(at, _)| before[..*at].ends_with("USER"));
        match user {
            Some((at, divider)) => Some(Self { before: &before[..at - 4], divider: Some(divider as u8), worth }),
            None => Some(Self { before, divider: None, worth }),
        }
    }
}

/// How a call is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `name(…)`.
    Arguments,
    /// `name=(…)`: a list of any brackets that is assigned to a name.
    Tuple,
    /// `name= …`: one literal that is assigned to a name.
    Value,
}

/// A picture of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call<'s> {
    /// Whether the name may be the end of a longer one.
    pub is_tail: bool,
    /// What stands before the bracket.
    pub name: &'s str,
    /// What stands behind the name.
    pub shape: Shape,
    /// What the arguments must be, with commas between.
    pub arguments: &'s str,
}

impl<'s> Call<'s> {
    /// Names shorter than this are looked for together with their bracket.
    const LONG: usize = 9;
    /// Names of lists shorter than this have their keywords written out.
    const SHORT: usize = 6;

    /// Reads a picture; `None` when it has no secret.
    pub fn parse(text: &'s str) -> Option<Self> {
        let (is_tail, text) = text.strip_prefix('*').map_or((false, text), |rest| (true, rest));
        let call = match text.rsplit_once('(') {
            Some((name, rest)) => {
                let arguments = rest.strip_suffix(')')?;
                match name.strip_suffix('=') {
                    Some(name) => Self { is_tail, name, shape: Shape::Tuple, arguments },
                    None => Self { is_tail, name, shape: Shape::Arguments, arguments },
                }
            }
            None => {
                let (name, arguments) = text.split_once("= ")?;
                Self { is_tail, name, shape: Shape::Value, arguments }
            }
        };
        let secrets = call.pictures().filter(|picture| Marker::parse(picture).is_some()).count();
        (!call.name.is_empty() && secrets == 1).then_some(call)
    }

    /// What each argument must be.
    pub fn pictures(&self) -> impl Iterator<Item = &'s str> {
        self.arguments.split(',').map(str::trim)
    }

    /// What is looked for in a text, in lower case; `None` for a name that is too short for it.
    pub fn keyword(&self) -> Option<String> {
        let name = self.name.to_ascii_lowercase();
        match self.shape {
            Shape::Arguments if name.len() >= Self::LONG => Some(name),
            Shape::Arguments => Some(name + "("),
            Shape::Tuple | Shape::Value => (name.len() >= Self::SHORT).then_some(name),
        }
    }
}

/// A picture of a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command<'s> {
    text: &'s str,
}

/// A word of a picture of a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element<'s> {
    /// A word of the program's name, alternatives divided by `|`.
    Program(&'s str),
    /// `+word`: stands anywhere behind the program.
    Needed(&'s str),
    /// `-p|--password`: one of these options, whose value is the marker; glued ones hold a marker of their own. Those that
    /// are written without a dash start with a colon: `:password`.
    Option(&'s str, Option<Marker<'s>>),
    /// `_`, `http-basic_`, `~auth`: a word that is no option, one that starts so, one that holds this.
    Word(&'s str),
    /// `..`: any number of words that are no options.
    Rest,
    /// The word that is the secret.
    Secret(Marker<'s>),
    /// `<<< PASSWORD`: what the command reads from its standard input.
    Input(Marker<'s>),
}

/// The bit of a first letter in any case, see [`Command::leads`].
pub fn lead(first: u8) -> u32 {
    let first = first.to_ascii_lowercase();
    if first.is_ascii_lowercase() { 1 << (first - b'a') } else { 1 << 31 }
}

impl<'s> Command<'s> {
    /// The first letters that the program's names have: a bit each from `a` on, the highest for all that is no letter.
    pub fn leads(&self) -> u32 {
        let program = self.text.split(' ').next().unwrap_or_default();
        program.split('|').filter_map(|name| name.bytes().next()).fold(0, |all, first| all | lead(first))
    }

    /// Reads a picture; `None` when it has no program or no secret.
    pub fn parse(text: &'s str) -> Option<Self> {
        let command = Self { text };
        let secret = |element: Element<'_>| match element {
            Element::Option(options, marker) => marker.is_some() || options.split('|').any(|one| Marker::parse(one).is_some()),
            Element::Secret(_) | Element::Input(_) => true,
            _ => false,
        };
        let starts = matches!(command.elements().next(), Some(Element::Program(_)) | Some(Element::Secret(_)));
        (starts && command.elements().any(secret)).then_some(command)
    }

    /// A picture that [`parse`](Self::parse) has read before.
    pub const fn known(text: &'s str) -> Self {
        Self { text }
    }

    /// The words of the picture.
    pub fn elements(&self) -> impl Iterator<Item = Element<'s>> {
        let mut words = self.text.split(' ').peekable();
        let mut in_program = true;
        std::iter::from_fn(move || {
            let word = words.next()?;
            let is_option = word.starts_with(['-', '/', ':']);
            in_program = in_program && !is_option && !word.ends_with('_') && Marker::parse(word).is_none();
            in_program = in_program && !word.starts_with(['+', '~', '<', '.']);
            Some(match word {
                ".." => Element::Rest,
                "<<<" => Element::Input(Marker::parse(words.next()?)?),
                _ if in_program => Element::Program(word),
                _ if is_option => {
                    let marker = words.peek().and_then(|next| Marker::parse(next));
                    let takes_next = word.split('|').any(|one| Marker::parse(one).is_none());
                    let marker = marker.filter(|_| takes_next);
                    if marker.is_some() {
                        words.next();
                    }
                    Element::Option(word, marker)
                }
                _ => match (word.strip_prefix('+'), Marker::parse(word)) {
                    (Some(needed), _) => Element::Needed(needed),
                    (None, Some(marker)) => Element::Secret(marker),
                    (None, None) => Element::Word(word),
                },
            })
        })
    }

    /// What is looked for in a text, in lower case: the program's words with one blank between, and as the first literals of
    /// a list. A picture that starts with its secret is looked for by what is glued to that.
    pub fn keywords(&self) -> Vec<String> {
        if let Some(Element::Secret(marker)) = self.elements().next() {
            return vec![marker.before.to_ascii_lowercase()];
        }
        let mut program: Vec<&str> = Vec::new();
        for element in self.elements() {
            match element {
                // A long name is rare enough by itself.
                Element::Program(word) if program.len() < 2 && !program.first().is_some_and(|first| is_long(first)) => {
                    program.push(word);
                }
                // An option without a value is as good as a second word.
                Element::Option(option, None) if program.len() == 1 && is_plain(option) && !is_long(program[0]) => {
                    program.push(option);
                    break;
                }
                _ => break,
            }
        }
        let mut names = vec![String::new()];
        for (at, word) in program.into_iter().enumerate() {
            let one = |alternative: &str| {
                let join = |name: &String| {
                    let joints: &[&str] = match (at, name.len()) {
                        (0, _) => &[""],
                        (_, 0..4) => &[" "],
                        _ => &[" ", "\", \"", "', '"],
                    };
                    joints.iter().map(|joint| format!("{name}{joint}{alternative}")).collect::<Vec<_>>()
                };
                names.iter().flat_map(join).collect()
            };
            let next: Vec<Vec<String>> = word.split('|').map(one).collect();
            names = next.concat();
        }
        // A short name is no more than letters of other words without what stands behind it.
        names
            .into_iter()
            .map(|name| if name.len() < 6 { name + " " } else { name })
            .map(|name| name.to_ascii_lowercase())
            .collect()
    }
}

/// Whether a program's name is looked for by itself.
fn is_long(word: &str) -> bool {
    word.split('|').all(|name| name.len() >= 8)
}

/// Whether an option is one text.
fn is_plain(option: &str) -> bool {
    !option.contains(['|', '*']) && Marker::parse(option).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read() {
        let call = Call::parse("*auth=(\"\", PASSWORD)").expect("a call");
        assert_eq!((call.is_tail, call.name, call.shape), (true, "auth", Shape::Tuple));
        assert_eq!(call.pictures().collect::<Vec<_>>(), ["\"\"", "PASSWORD"]);
        assert_eq!(call.keyword(), None);
        let call = Call::parse("CURLOPT_USERPWD= USER:PASSWORD").expect("a call");
        assert_eq!((call.shape, call.keyword().as_deref()), (Shape::Value, Some("curlopt_userpwd")));
        let keyword = |text| Call::parse(text).and_then(|call| call.keyword());
        assert_eq!(keyword("new PDO(_, _, PASSWORD)").as_deref(), Some("new pdo("));
        assert_eq!(keyword("UsernamePasswordCredentials(_, PASSWORD)").as_deref(), Some("usernamepasswordcredentials"));
        for wrong in ["name", "name(_)", "(PASSWORD)", "name(PASSWORD, TOKEN)"] {
            assert_eq!(Call::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn commands_are_read() {
        let command = Command::parse("docker|podman login +x -p|-pPASSWORD|--password PASSWORD").expect("a command");
        let marker = Marker::parse("PASSWORD");
        let elements: Vec<_> = command.elements().collect();
        let option = Element::Option("-p|-pPASSWORD|--password", marker);
        assert_eq!(elements, [Element::Program("docker|podman"), Element::Program("login"), Element::Needed("x"), option]);
        assert!(command.keywords().contains(&"podman login".to_owned()) && command.keywords().len() == 6);
        let words = Command::parse("htpasswd -*b .. PASSWORD").expect("a command").elements().skip(1).collect::<Vec<_>>();
        assert_eq!(words, [Element::Option("-*b", None), Element::Rest, Element::Secret(marker.expect("a marker"))]);
        assert_eq!(Command::parse("docker login"), None);
    }

    #[test]
    fn markers_are_read() {
        let marker = |word| Marker::parse(word).map(|m| (m.before, m.divider));
        assert_eq!(marker("PASSWORD"), Some(("", None)));
        assert_eq!(marker("-uUSER:PASSWORD"), Some(("-u", Some(b':'))));
        assert_eq!(marker("pass:PASSWORD"), Some(("pass:", None)));
        assert_eq!(marker("--password"), None);
    }
}
