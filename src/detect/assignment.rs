//! Reads `name = value` around a keyword: what the name is, what is assigned, whether the value could be a secret.
//!
//! A small hand-written parser instead of a regex: it stands at every "password", "token" and "secret" of a source tree,
//! and most of those are settled by looking at two or three bytes.

mod name;
mod value;

use super::prefilter::Hit;
use crate::types::span::Span;

/// An assignment of a literal to a secret-like name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// From the name's first byte to the value's last.
    pub whole: Span,
    /// The name.
    pub name: Span,
    /// The value without its quotes.
    pub value: Span,
}

/// How values stand in a kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Syntax {
    /// Program code: a value is a quoted literal; a bare word is a variable.
    Code,
    /// Configuration and prose: bare words are values too.
    Config,
}

impl Syntax {
    fn of(path: &[u8]) -> Self {
        const CODE: [&[u8]; 56] = [
            b"c", b"h", b"cc", b"cpp", b"cxx", b"hpp", b"hh", b"m", b"mm", b"cs", b"java", b"kt", b"kts", b"scala", b"groovy",
            b"go", b"rs", b"swift", b"py", b"pyi", b"pyx", b"rb", b"php", b"phtml", b"pl", b"pm", b"lua", b"js", b"jsx", b"mjs",
            b"cjs", b"ts", b"tsx", b"vue", b"svelte", b"dart", b"ex", b"exs", b"erl", b"hs", b"ml", b"clj", b"cljs", b"r", b"jl",
            b"nim", b"zig", b"d", b"pas", b"vb", b"fs", b"coffee", b"gradle", b"json", b"tf", b"hcl",
        ];
        let name = crate::rules::paths::file_name(path);
        let extension = name.rsplit(|&b| b == b'.').next().unwrap_or_default().to_ascii_lowercase();
        if CODE.contains(&extension.as_slice()) { Self::Code } else { Self::Config }
    }
}

/// The assignment at a keyword, or `None` where there is none or the value is no literal.
pub fn read(content: &[u8], path: &[u8], hit: Hit) -> Option<Assignment> {
    let keyword = Span::new(hit.start, hit.start + usize::from(hit.len));
    let name = name::around(content, keyword)?;
    let operator = value::operator(content, name)?;
    let value = value::literal(content, operator, Syntax::of(path) == Syntax::Config)?;
    let text = value.of(content);
    if !name::is_secret(name.of(content), Span::new(keyword.start - name.start, keyword.end - name.start))
        || !value::is_plausible(text)
    {
        return None;
    }
    Some(Assignment { whole: Span::new(name.start, value.end), name, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value_of(line: &str, keyword: &str, path: &str) -> Option<String> {
        let start = line.to_ascii_lowercase().find(keyword).expect("the line holds the keyword");
        let read = read(line.as_bytes(), path.as_bytes(), Hit { start, len: keyword.len() as u16, rule: 0 })?;
        Some(String::from_utf8_lossy(read.value.of(line.as_bytes())).into_owned())
    }

    /// A value no list of words holds, put together here so that no line of this file looks like a secret.
    fn made_up() -> String {
        ["kX9v", "Q2mL", "7pR4", "tZ8w"].concat()
    }

    #[test]
    fn assignments_in_many_languages() {
        let v = made_up();
        for (line, path) in [
            (format!("password = \"{v}\""), "a.py"),
            (format!("const dbPassword: string = '{v}';"), "a.ts"),
            (format!("\"password\": \"{v}\","), "a.json"),
            (format!("{{\\\"password\\\": \\\"{v}\\\"}}"), "a.py"),
            (format!("'password' => '{v}',"), "a.php"),
            (format!("password: {v}"), "a.yaml"),
            (format!("DB_PASSWORD={v}"), ".env"),
            (format!("export DB_PASSWORD={v} # note"), "a.sh"),
            (format!("<password>{v}</password>"), "a.xml"),
            (format!("<add key=\"password\" value=\"{v}\"/>"), "a.config"),
            (format!("password := `{v}`"), "a.go"),
            (format!("config['password'] = '{v}'"), "a.rb"),
            (format!("tool --password {v} --host x"), "a.sh"),
            (format!("tool --password={v}"), "a.sh"),
            (format!("char *password = \"{v}\";"), "a.c"),
            (format!("setPassword(\"{v}\")"), "a.java"),
            (format!("spring.datasource.password={v}"), "application.properties"),
        ] {
            assert_eq!(value_of(&line, "password", path).as_deref(), Some(v.as_str()), "{line}");
        }
    }

    #[test]
    fn what_is_no_secret() {
        let v = made_up();
        for (line, path) in [
            ("password = getPassword()".to_owned(), "a.py"),
            ("password = os.environ['DB_PASSWORD']".to_owned(), "a.py"),
            ("password: ${DB_PASSWORD}".to_owned(), "a.yaml"),
            ("password: {{ .Values.password }}".to_owned(), "a.yaml"),
            ("password = <password>".to_owned(), "a.ini"),
            (format!("password_file = /run/secrets/{v}"), "a.ini"),
            ("password: true".to_owned(), "a.yaml"),
            ("if password == other:".to_owned(), "a.py"),
            ("password: string;".to_owned(), "a.ts"),
            ("password = changeme".to_owned(), "a.ini"),
            ("\"password\": \"Your password must be longer\"".to_owned(), "a.json"),
        ] {
            assert_eq!(value_of(&line, "password", path), None, "{line}");
        }
    }
}
