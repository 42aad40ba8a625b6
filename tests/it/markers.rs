//! Markers in files: beside a line, around a secret of several lines, and those of secretlint in blocks.

use super::env::{World, token};

/// The exit code of a scan of one file.
fn code(world: &World, name: &str, text: &str) -> i32 {
    world.write(name, text);
    world.nospill(&["dir", name]).code
}

#[test]
fn a_comment_above_allows_the_line_and_no_other() {
    let world = World::new();
    let (one, two) = (token(1), token(2));
    for (name, text, want) in [
        ("a.properties", format!("# nospill:allow-next-line github-pat\n{one}"), 0),
        ("b.ini", format!("; nospill:allow github-pat\n{one}"), 0),
        (
            "c.json",
            format!(
                "{{\n\"_comment\": \"nospill:allow github-pat\",\n\"a\": [{}]}}\n",
                one.split('=').nth(1).expect("a value").trim()
            ),
            0,
        ),
        ("d.py", format!("x = 1  # nospill:allow-next-line\n{one}"), 0),
        ("e.py", format!("x = 1  # nospill:allow\n{one}"), 1),
        ("f.py", format!("# nospill:allow\n{one}{two}"), 1),
        ("g.py", format!("# nospill:allow npm-token\n{one}"), 1),
        ("h.py", format!("# nospill:allow\n\n{one}"), 1),
        ("i.c", format!("#define A 1 // nospill:allow\n{one}"), 1),
        ("j.py", format!("{one}# nospill:allow\n"), 1),
    ] {
        assert_eq!(code(&world, name, &text), want, "{text}");
    }
    let ran = world.nospill(&["dir", "g.py"]);
    assert!(ran.out.contains("allows nothing here"), "{}", ran.whole());
}

#[test]
fn blocks_of_secretlint_allow_what_is_in_them() {
    let world = World::new();
    let (one, two) = (token(1), token(2));
    for (text, want) in [
        (format!("// secretlint-disable\n{one}x\n{two}// secretlint-enable\n"), 0),
        (format!("/* secretlint-disable */\n{one}{two}"), 0),
        (format!("// secretlint-disable\n{one}// secretlint-enable\n{two}"), 1),
        (format!("{one}// secretlint-disable\n"), 1),
        (format!("x // secretlint-disable-line\n{one}"), 1),
    ] {
        assert_eq!(code(&world, "a.js", &text), want, "{text}");
    }
    world.write(".nospill.toml", "[markers]\nforeign = false\n");
    assert_eq!(code(&world, "a.js", &format!("// secretlint-disable\n{one}")), 1);
}

#[test]
fn a_key_of_several_lines_is_allowed_around_it() {
    let world = World::new();
    let made = world.command("ssh-keygen", ".").args(["-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", "key"]).output();
    if !made.is_ok_and(|made| made.status.success()) {
        return;
    }
    let key = std::fs::read_to_string(world.at("key")).expect("a key");
    let marker = "# nospill:allow private-key-openssh";
    for (text, want) in [
        (key.clone(), 1),
        (format!("{marker}\n{key}"), 0),
        (format!("{key}{marker}\n"), 0),
        (format!("KEY = \"\"\" {marker}\n{key}\"\"\"\n"), 0),
        (format!("KEY = \"\"\"\n{key}\"\"\" {marker}\n"), 0),
        (format!("x = 1 {marker}\n{key}"), 1),
        (format!("{key}x = 1 {marker}\n"), 1),
    ] {
        assert_eq!(code(&world, "k.txt", &text), want, "{text}");
    }
}
