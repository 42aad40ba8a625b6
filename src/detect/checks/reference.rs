//! Values that are looked up at run time: templates, variables, what a shell runs.
//!
//! A reference is told by its marks, and what is left beside it: `prefix-${NAME}-suffix` is one, a value drawn at random that
//! holds `${` is none.

use super::letters;
use super::remainder::Remainder;

/// Beginnings of what is nothing but a reference, whatever follows.
const CERTAIN: [&[u8]; 3] = [b"ENC[", b"!vault", b"<%"];

/// Marks that open a reference, with what closes it.
const BRACKETS: [(&[u8], &[u8]); 9] = [
    (b"${", b"}"),
    (b"{{", b"}}"),
    (b"$(", b")"),
    (b"#{", b"}"),
    (b"<%", b"%>"),
    (b"%(", b")s"),
    (b"@{", b"}"),
    (b"%{", b"}"),
    (b"$[", b"]"),
];

/// Marks around the whole of a template's place.
const PAIRS: [(u8, u8); 7] = [(b'<', b'>'), (b'%', b'%'), (b'@', b'@'), (b'[', b']'), (b'#', b'#'), (b'_', b'_'), (b'$', b'$')];

/// Bits from which on what stands behind a `$` or between a pair of marks is no name.
const NAMELESS: i32 = 14;

/// Whether the value is looked up at run time: `${…}`, `{{…}}`, `$(…)`, `<…>`, `%…%`, `#{…}`, `@…@`, `#…#`, `__…__`, `$NAME`,
/// `@NAME`, `{name:…}`, `ENC[…`.
pub fn is_reference(value: &[u8]) -> bool {
    // The end of `%env(…)%`, as Symfony has it.
    let is_end = value.ends_with(b")%") && value.contains(&b':') && !value.starts_with(b"%");
    if is_end
        || CERTAIN.iter().any(|mark| value.starts_with(mark))
        || is_between_marks(value)
        || is_entry(value)
        || is_name(value)
        || has_field(value)
    {
        return true;
    }
    let rest = Remainder::without(value, piece);
    !rest.is_whole() && !rest.is_drawn()
}

/// Length of the reference that starts a text: brackets with what they hold, the mark alone where nothing closes it, a variable
/// in capitals, a field of a template; 0 where none starts.
fn piece(text: &[u8]) -> usize {
    if !matches!(text[0], b'$' | b'{' | b'#' | b'<' | b'%' | b'@') {
        return 0;
    }
    for (open, close) in BRACKETS {
        if let Some(inside) = text.strip_prefix(open) {
            let length = inside.windows(close.len()).position(|window| window == close);
            return open.len() + length.map_or(0, |length| length + close.len());
        }
    }
    match text[0] {
        b'$' => variable(&text[1..]).map_or(0, |length| length + 1),
        _ => 0,
    }
}

/// Length of a variable in capitals, as shells expand it: `NAME` of `prefix-$NAME`.
fn variable(text: &[u8]) -> Option<usize> {
    let length = text.iter().take_while(|b| b.is_ascii_uppercase() || **b == b'_').count();
    (length > 2 && text.get(length).is_none_or(|b| !b.is_ascii_alphanumeric())).then_some(length)
}

/// Whether a field of a format or template stands in the value, `{name:…}` or `<<name:…>>`: no accident is that long.
fn has_field(value: &[u8]) -> bool {
    let closed = |tail: &[u8], close: u8| field(tail).is_some_and(|length| tail[length..].contains(&close));
    let braced = || value.split(|&b| b == b'{').skip(1).any(|tail| closed(tail, b'}'));
    braced() || value.split(|&b| b == b'<').skip(1).any(|tail| closed(tail, b'>'))
}

/// Length of a field up to its colon.
fn field(text: &[u8]) -> Option<usize> {
    let part = |b: &&u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    let length = text.iter().take_while(part).count();
    (length > 1 && text.get(length) == Some(&b':') && text[0].is_ascii_lowercase()).then_some(length + 1)
}

fn is_between_marks(value: &[u8]) -> bool {
    let [first, inside @ .., last] = value else { return false };
    PAIRS.contains(&(*first, *last)) && letters::randomness(inside) < NAMELESS
}

/// Whether the value is one variable: `$name`, and with a mark of templates `@NAME`, `!NAME!`, `&NAME;`. A shell's escapes may
/// stand before it.
fn is_name(value: &[u8]) -> bool {
    let bare = &value[value.iter().take_while(|b| matches!(b, b'\\' | b'`')).count()..];
    let is_word = |text: &[u8]| !text.is_empty() && text.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'_');
    match bare {
        // The message and the stand-in of `${NAME:?message}` and `${NAME:+value}`.
        [b'?' | b'+', rest @ ..] => {
            let rest = rest.strip_suffix(b"}").unwrap_or(rest);
            !rest.iter().any(u8::is_ascii_digit) && letters::randomness(rest) < NAMELESS / 2
        }
        [b'$', rest @ ..] => {
            // `$env:NAME`, as PowerShell writes it.
            let scope = rest.iter().take(8).take_while(|b| b.is_ascii_alphabetic()).count();
            let rest = rest[scope..].strip_prefix(b":").unwrap_or(rest);
            let has_digits = rest.iter().any(u8::is_ascii_digit);
            let least = if has_digits { NAMELESS } else { NAMELESS + 8 };
            is_word(rest) && !rest[0].is_ascii_digit() && letters::randomness(rest) < least
        }
        [b'@' | b'!' | b'&' | b'~', rest @ ..] => {
            let name = rest.strip_suffix(b"!").or(rest.strip_suffix(b";")).or(rest.strip_suffix(b"~")).unwrap_or(rest);
            let capitals = name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
            name.len() > 2 && capitals && name[0].is_ascii_uppercase() && letters::randomness(name) < NAMELESS / 2
        }
        _ => false,
    }
}

/// Whether the value names an entry of a store: `SECRET[store.entry]`.
fn is_entry(value: &[u8]) -> bool {
    let Some(text) = value.strip_suffix(b"]") else { return false };
    let store = text.iter().take_while(|b| b.is_ascii_uppercase() || **b == b'_').count();
    store > 2 && text.get(store) == Some(&b'[') && letters::randomness(&text[store + 1..]) < NAMELESS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for value in [
            "${SECRET}",
            "prefix-${NAME}-suffix",
            "{{ .Values.key }}",
            "$(cat /run/secrets/x)",
            "%(name)s",
            "#{config.key}",
            "<token>",
            "%DB_PASSWORD%",
            "$TOKEN",
            "$dbPassword2",
            "\\$TOKEN",
            "`$password",
            "$env:SECRET",
            "?must be set}",
            "@ESX1_PASSWORD",
            "@@PASSWORD@@",
            "{name:hex}",
            "a<<name:40>>==",
            "prefix-$NAME",
            "SECRET[store.database_password]",
            "${UNCLOSED:-words",
        ] {
            assert!(is_reference(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn accidents() {
        let random = |parts: [&str; 3]| parts.concat();
        for value in [
            random(["wS5q", "${", "LmT8Zr7k"]),
            random(["$", "Kq8vTz2m", "Lw9pQ"]),
            random(["k9Xq", "#{", "2LmT8wZr7"]),
            random(["<k9Xq", "2LmT", "8wZr7>"]),
            random(["q7$ABC", "!x9Kw2", "pL0zR"]),
        ] {
            assert!(!is_reference(value.as_bytes()), "{value}");
        }
    }
}
