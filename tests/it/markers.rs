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

/// Told at their own lines, where they are this run's business.
#[test]
fn markers_that_allow_nothing_are_told() {
    let world = World::new();
    let says = |ran: &super::env::Ran| -> Vec<String> {
        ran.out.lines().filter(|line| line.contains("allows nothing here")).map(str::to_owned).collect()
    };
    world.write("a.py", format!("{}# nospill:allow github-pat\n\n\nx = 1  # nospill:allow\n", token(1)));
    world.write("b.md", "Put `nospill:allow` in a comment, or `# nospill:allow`.\n");
    world.write("c.py", format!("# nospill:allow\n{}", token(2)));
    let first = std::fs::read_to_string(world.path().join("a.py")).expect("a file").replace("\n# nospill", " # nospill");
    world.write("a.py", &first);
    let ran = world.nospill(&["dir"]);
    let want = vec!["note: a.py: line 4: the marker `nospill:allow` allows nothing here".to_owned()];
    assert_eq!((ran.code, says(&ran)), (0, want), "{}", ran.whole());
    world.git(&["add", "-A"]);
    assert_eq!(says(&world.nospill(&["staged"])).len(), 1);
    world.commit();
    // One that was there is not this commit's, and what was committed can't be mended.
    world.stage("a.py", format!("y = 1\n{first}"));
    for args in [&["staged"][..], &["history"]] {
        let ran = world.nospill(args);
        assert_eq!((ran.code, says(&ran)), (0, vec![]), "{}", ran.whole());
    }
    let piped = |script: &str| -> super::env::Ran {
        let mut command = world.command("bash", "repo");
        command.env("NOSPILL", env!("CARGO_BIN_EXE_nospill")).args(["-c", script]).output().expect("bash runs").into()
    };
    assert_eq!(says(&piped("echo '# nospill:allow' | $NOSPILL stdin")).len(), 1);
    let diff = piped("echo '# nospill:allow' > d.py; git add -N d.py; git diff d.py | $NOSPILL stdin");
    assert_eq!((diff.code, says(&diff)), (0, vec![]), "what it is about may be in no diff: {}", diff.whole());
    world.write(".nospill.toml", "[markers]\nown = false\n");
    assert!(says(&world.nospill(&["dir", "a.py"])).iter().all(|line| !line.contains("line 5")));
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
