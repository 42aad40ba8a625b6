//! The layering of DESIGN.md: which room may import which, which file may name which crate.

use std::fs;
use std::path::{Path, PathBuf};

/// A room and what it may import besides itself. What is not listed (main, lib, cli, settings, pipeline, commands, exit,
/// error) stands above and may import everything.
const ROOMS: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("codec", &[]),
    ("rules", &["types", "codec"]),
    ("detect", &["rules", "types", "codec"]),
    ("source", &["types"]),
    ("policy", &["types"]),
    ("config", &["types", "rules"]),
    ("report", &["types"]),
    ("hook", &["types"]),
    ("guard", &["types", "source", "detect"]),
];

/// A crate or keyword and the only files that may name it.
const NAMED: &[(&str, &[&str])] = &[
    ("git2::", &["src/source/git.rs"]),
    ("unsafe {", &["src/source/git.rs", "src/source/mmap.rs", "src/detect/vector.rs"]),
    ("unsafe fn", &[]),
    ("rayon::", &["src/pipeline.rs", "src/pipeline/history.rs"]),
    ("println!", &["build.rs"]),
    ("process::exit", &[]),
    ("static mut", &[]),
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            into.push(path);
        }
    }
}

/// The rooms that a text imports: the names behind `crate::`, braces included.
fn imports(text: &str) -> Vec<String> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let after = code.match_indices("crate::").map(|(at, marker)| &code[at + marker.len()..]);
    let names = after.flat_map(|rest| match rest.strip_prefix('{') {
        Some(list) => list.split('}').next().unwrap_or_default().split(',').map(str::trim).map(first_name).collect(),
        None => vec![first_name(rest)],
    });
    names.filter(|name| !name.is_empty()).collect()
}

fn first_name(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

#[test]
fn rooms_import_only_what_stands_below_them() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let mut wrong = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).expect("a file");
        let room = file.components().nth(1).map(|part| part.as_os_str().to_string_lossy().replace(".rs", "")).expect("a room");
        if let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) {
            let foreign = imports(&text).into_iter().filter(|name| *name != room && !allowed.contains(&name.as_str()));
            wrong.extend(foreign.map(|name| format!("{}: imports crate::{name}", file.display())));
        }
        for (name, allowed) in NAMED {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            if code.clone().any(|line| line.contains(name)) && !allowed.iter().any(|path| Path::new(path) == file) {
                wrong.push(format!("{}: names {name}", file.display()));
            }
        }
    }
    assert!(files.len() > 30, "the sources were found: {}", files.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_them() {
    let text = "use crate::types::rule::Rule;\n// crate::hidden::x\nuse crate::{a::b, c};\nfn f() { crate::detect::x() }";
    assert_eq!(imports(text), ["types", "a", "c", "detect"]);
}

/// Beside the `SAFETY` comment, what allows `unsafe` says why.
#[test]
fn unsafe_code_is_allowed_with_a_reason() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let mut allowed = 0;
    for file in &files {
        let text = fs::read_to_string(file).expect("a file");
        let lines = text.lines().filter(|line| line.contains("unsafe_code") && !line.trim_start().starts_with("//"));
        for line in lines {
            assert!(line.contains("reason = \""), "{}: {line}", file.display());
            allowed += 1;
        }
    }
    assert_eq!(allowed, 11);
}
