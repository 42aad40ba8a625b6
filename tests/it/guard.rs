//! Guards against env files and leaking packages, with the real packers where they are.

use std::fs;

use crate::env::{Ran, World, skip, token};

/// nospill with what real packers need of the environment.
fn guard(world: &World, args: &[&str]) -> Ran {
    let home = std::env::var_os("HOME").map(std::path::PathBuf::from).unwrap_or_default();
    let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
    for (name, default) in [("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo"), ("PYENV_ROOT", ".pyenv")] {
        command.env(name, std::env::var_os(name).unwrap_or_else(|| home.join(default).into()));
    }
    command.arg("guard").args(args).output().expect("nospill runs").into()
}

/// Whether a program is here and says yes.
fn can(program: &str, args: &[&str]) -> bool {
    std::process::Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
}

#[test]
fn env_files_that_get_out_are_named_and_mended() {
    let world = World::new();
    let ran = guard(&world, &["env"]);
    assert_eq!((ran.code, ran.out.lines().count()), (0, 1), "{}", ran.whole());
    world.stage("app/.env", "A=1\n");
    world.stage("gone.env", "A=1\n");
    world.stage(".env.example", "A=\n");
    world.stage("Dockerfile", "FROM scratch\nCOPY . /\n");
    world.stage(".gitignore", ".env.local");
    world.commit();
    world.git(&["rm", "-q", "gone.env"]);
    world.commit();
    world.write(".env.local", "A=1\n");
    world.write("a b/[x].env", "A=1\n");
    let ran = guard(&world, &["env"]);
    let lines: Vec<&str> = ran.out.lines().filter(|line| !line.starts_with("  ")).collect();
    assert_eq!(
        lines,
        [
            ".env.local: a docker build would be sent it",
            "a b/[x].env: no ignore rule covers it, a docker build would be sent it",
            "app/.env: git tracks it, a commit has or had it, a docker build would be sent it",
            "gone.env: a commit has or had it",
            "`nospill guard env --fix` adds what is missing to .gitignore and .dockerignore",
        ],
        "{}",
        ran.whole()
    );
    assert!(ran.code == 1 && ran.out.contains("git rm --cached -- app/.env"), "{}", ran.whole());
    let ran = guard(&world, &["env", "--fix"]);
    assert!(ran.code == 1 && !ran.out.contains("docker build"), "{}", ran.whole());
    let read = |name: &str| fs::read_to_string(world.path().join(name)).expect("a file");
    assert_eq!(read(".gitignore"), ".env.local\n/a\\ b/\\[x\\].env\n/app/.env\n");
    assert_eq!(read(".dockerignore"), ".env.local\na\\ b/\\[x\\].env\napp/.env\n");
    let ran = guard(&world, &["env", "--fix"]);
    assert!(!ran.out.contains("added to") && !ran.out.contains("[x]"), "{}", ran.whole());
    world.git(&["rm", "-q", "--cached", "app/.env"]);
    assert!(!guard(&world, &["env"]).out.contains("git tracks it"));
}

#[test]
fn npm_is_asked_what_it_would_ship() {
    if !can("npm", &["--version"]) {
        skip("npm is not here, so it was not asked what it ships");
        return;
    }
    let world = World::new();
    world.write("package.json", r#"{"name":"x","version":"1.0.0","scripts":{"prepack":"touch ran"},"files":["lib",".env"]}"#);
    world.write("lib/a.js", format!("const {}", token(1)));
    world.write(".env", format!("TOKEN={}", token(2)));
    world.write("test/not-shipped.js", format!("const {}", token(3)));
    let ran = guard(&world, &["package", "--format", "json"]);
    let findings = ran.findings().join("\n");
    assert!(ran.code == 1 && findings.contains("lib/a.js:1 github-pat deny"), "{}", ran.whole());
    assert!(findings.contains(".env:1") && !findings.contains("not-shipped"), "{}", ran.whole());
    assert!(!world.path().join("ran").exists(), "no script of the package is run");
}

/// A package whose every way to have code run leaves a mark.
fn booby_trapped(world: &World) {
    let scripts: Vec<String> =
        ["prepack", "prepare", "prepublishOnly", "postpack", "preinstall", "install", "pnpm:devPreinstall"]
            .map(|name| format!("\"{name}\":\"touch ran-{name}\""))
            .to_vec();
    let manifest = format!(
        "{{\"name\":\"x\",\"version\":\"1.0.0\",\"license\":\"MIT\",\"scripts\":{{{}}},\"files\":[\"lib\",\".env\"]}}",
        scripts.join(",")
    );
    world.write("package.json", manifest);
    world.write("lib/a.js", format!("const {}", token(1)));
    world.write(".env", format!("TOKEN={}", token(2)));
    world.write("test/not-shipped.js", format!("const {}", token(3)));
    for (file, text) in [
        (".pnpmfile.cjs", "require('fs').writeFileSync('ran-pnpmfile', ''); module.exports = {}"),
        (".yarnrc", "yarn-path \"./evil.js\"\n"),
        ("evil.js", "require('fs').writeFileSync(__dirname + '/ran-yarn-path', '')"),
        (
            "plugin.js",
            "module.exports = { name: 'x', factory: () => { require('fs').writeFileSync(__dirname + '/ran-plugin', ''); return {} } }",
        ),
    ] {
        world.write(file, text);
    }
}

fn no_script_ran(world: &World) {
    let names = fs::read_dir(world.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let ran: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with("ran")).collect();
    assert!(ran.is_empty(), "code of the package was run: {ran:?}");
}

#[test]
fn pnpm_and_yarn_are_asked_what_they_would_ship() {
    for (program, lock) in [("pnpm", "pnpm-lock.yaml"), ("yarn", "yarn.lock")] {
        if !can(program, &["--version"]) {
            skip(&format!("{program} is not here, so it was not asked what it ships"));
            continue;
        }
        let world = World::new();
        booby_trapped(&world);
        for with in [&["--with", program][..], &[]] {
            let ran = guard(&world, &[&["package", "--format", "json"], with].concat());
            let findings = ran.findings().join("\n");
            assert!(ran.code == 1 && findings.contains("lib/a.js:1 github-pat deny"), "{program}: {}", ran.whole());
            assert!(findings.contains(".env:1") && !findings.contains("not-shipped"), "{program}: {}", ran.whole());
            no_script_ran(&world);
            assert_eq!(ran.out.contains(&format!("{program} would ship 3 files")), !with.is_empty() || lock_is(&world, lock));
            world.write(lock, "");
        }
        if program == "yarn" {
            berry_is_asked_only_if_it_is_no_code_of_the_package(&world);
        }
    }
}

/// The folder is a project of yarn 2 or later; the yarn on PATH may be one or the classic one.
fn berry_is_asked_only_if_it_is_no_code_of_the_package(world: &World) {
    let classic = world.command("yarn", "home").arg("--version").output().expect("yarn runs").stdout.starts_with(b"1.");
    world.write(".yarnrc.yml", "yarnPath: ./evil.js\nplugins: [./plugin.js]\n");
    let ran = guard(world, &["package", "--with", "yarn", "--format", "json"]);
    no_script_ran(world);
    if classic {
        assert!(ran.code == 3 && ran.out.contains("yarn from version 2 on is asked only if"), "{}", ran.whole());
        let ran = guard(world, &["package", "--format", "json"]);
        assert!(ran.code == 1 && ran.out.contains("yarn from version 2 on is asked only if"), "{}", ran.whole());
        return;
    }
    assert!(ran.code == 1 && ran.findings().join(" ").contains("lib/a.js:1 github-pat deny"), "{}", ran.whole());
    // What it lists is what it packs: ignore files, a program, nested packages.
    world.write(
        "package.json",
        r#"{"name":"@x/y","version":"1.0.0","bin":"bin/run","main":"hidden/main.js","workspaces":["inner"],"dependencies":{"z":"workspace:^"}}"#,
    );
    for file in ["bin/run", "hidden/main.js", "hidden/b.js", "inner/src.js", "node_modules/m/a.js", "deep/.npmrc", "deep/skip.js"]
    {
        world.write(file, token(4));
    }
    world.write("inner/package.json", r#"{"name":"z","version":"1.0.0"}"#);
    world.write(".npmignore", "bin\nhidden\n*.yml\nlib\n");
    world.write("deep/.gitignore", "skip.js\n");
    let ran = guard(world, &["package", "--with", "yarn", "--format", "json"]);
    no_script_ran(world);
    let found: Vec<String> = ran.findings().into_iter().filter(|found| found.contains("github-pat")).collect();
    assert_eq!(
        found,
        [".env", "bin/run", "deep/.npmrc", "hidden/main.js", "test/not-shipped.js"]
            .map(|path| format!("{path}:1 github-pat deny")),
        "{}",
        ran.whole()
    );
}

fn lock_is(world: &World, lock: &str) -> bool {
    world.path().join(lock).exists()
}

#[test]
fn what_gem_and_nuget_built_is_looked_into() {
    let world = World::new();
    world.write("a.rb", token(1));
    let build = r"
import io, tarfile, zipfile
with tarfile.open('data.tar.gz', 'w:gz') as data:
    data.add('a.rb', 'lib/a.rb')
with tarfile.open('x-1.0.gem', 'w') as gem:
    gem.add('data.tar.gz')
with zipfile.ZipFile('x.1.0.nupkg', 'w') as package:
    package.write('a.rb', 'content/a.rb')
";
    fs::write(world.at("build.py"), build).expect("a file");
    let ran: Ran = world.command("python3", "repo").arg("../build.py").output().expect("python3 runs").into();
    assert_eq!(ran.code, 0, "{}", ran.whole());
    let ran = world.nospill(&["dir", "x-1.0.gem", "x.1.0.nupkg", "--format", "json"]);
    let found = ran.findings();
    assert_eq!(
        found,
        ["x-1.0.gem!data.tar.gz!lib/a.rb:1 github-pat deny", "x.1.0.nupkg!content/a.rb:1 github-pat deny"],
        "{}",
        ran.whole()
    );
}

#[test]
fn packers_that_would_run_the_packages_code_are_named() {
    let world = World::new();
    world.write("x.gemspec", "abort 'run'\n");
    let ran = guard(&world, &["package"]);
    assert!(ran.code == 2 && ran.err.contains("hint: gem is not asked"), "{}", ran.whole());
    assert!(ran.err.contains("`--with gem` runs it") && !ran.err.contains("nuget is"), "{}", ran.whole());
    world.write("x.csproj", "<Project/>\n");
    world.write("Dockerfile", "FROM scratch\nCOPY . /\n");
    world.write("package.json", r#"{"name":"x","version":"1.0.0","packageManager":"yarn@4.1.0"}"#);
    let ran = guard(&world, &["package", "--with", "docker", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let said: Vec<&str> = report["notices"].as_array().expect("notices").iter().filter_map(|n| n["why"].as_str()).collect();
    for start in ["docker would ship", "gem is not asked", "nuget is not asked"] {
        assert!(said.iter().any(|why| why.starts_with(start)), "{start}: {said:?}");
    }
    assert_eq!(said.iter().any(|why| why.starts_with("yarn from version 2 on")), !can("yarn", &["--version"]), "{said:?}");
    assert_eq!(ran.code, 0, "{}", ran.whole());
}

#[test]
fn a_gem_is_built_only_if_that_is_asked_for() {
    if !can("gem", &["--version"]) {
        skip("gem is not here, so it was not asked what it ships");
        return;
    }
    let world = World::new();
    world.write(
        "x.gemspec",
        "File.write('ran', '')\nGem::Specification.new do |s|\n  s.name = 'leaky'; s.version = '1.0'; s.summary = 's'; s.authors = ['Ada']
           s.files = Dir['lib/**/*'] + ['.env']\nend\n",
    );
    world.write("lib/a.rb", token(1));
    world.write(".env", format!("TOKEN={}", token(2)));
    world.write("spec/not-shipped.rb", token(3));
    world.write("Cargo.toml", "[package]\nname = \"x\"\nversion = \"1.0.0\"\nedition = \"2021\"\nexclude = [\"*\"]\n");
    world.write("src/lib.rs", "\n");
    let ran = guard(&world, &["package", "--format", "json"]);
    assert!(ran.code == 0 && ran.out.contains("gem is not asked") && !world.path().join("ran").exists(), "{}", ran.whole());
    let ran = guard(&world, &["package", "--with", "gem", "--format", "json"]);
    let found = ran.findings().join("\n");
    assert!(ran.code == 1 && found.contains("x.gem!data.tar.gz!lib/a.rb:1 github-pat deny"), "{}", ran.whole());
    assert!(found.contains("x.gem!data.tar.gz!.env:1") && !found.contains("not-shipped"), "{}", ran.whole());
    assert!(!ran.out.contains("gem is not asked") && !world.path().join("x.gem").exists(), "{}", ran.whole());
    world.write("x.gemspec", "abort 'no gem today'\n");
    let ran = guard(&world, &["package", "--with", "gem"]);
    assert!(ran.code == 3 && ran.out.contains("no gem today"), "{}", ran.whole());
}

#[test]
fn a_nuspec_is_packed_without_being_named() {
    if !can("sh", &["-c", "command -v nuget"]) {
        skip("nuget is not here, so it was not asked what it ships");
        return;
    }
    let world = World::new();
    world.write(
        "x.nuspec",
        "<package><metadata><id>Leaky</id><version>1.0.0</version><authors>Ada</authors><description>d</description></metadata>
           <files><file src=\"a.cs\" target=\"content\" /><file src=\"deploy/*\" target=\"tools\" /></files></package>\n",
    );
    world.write("a.cs", token(1));
    world.write("deploy/prod.env", format!("TOKEN={}", token(2)));
    world.write("b.cs", token(3));
    let ran = guard(&world, &["package", "--format", "json"]);
    let found = ran.findings().join("\n");
    assert!(ran.code == 1 && found.contains("Leaky.1.0.0.nupkg!content/a.cs:1 github-pat deny"), "{}", ran.whole());
    assert!(found.contains("Leaky.1.0.0.nupkg!tools/prod.env:1") && !found.contains("b.cs"), "{}", ran.whole());
    assert!(!world.path().join("Leaky.1.0.0.nupkg").exists(), "nothing is left");
}

/// The .NET SDK is in no registry that tests reach: a stand-in for `dotnet` takes its place, which says how it was called.
#[test]
#[cfg(unix)]
fn a_project_is_built_aside_and_only_if_that_is_asked_for() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::new();
    world.write("x.csproj", "<Project/>\n");
    world.write("a.cs", token(1));
    let stand_in = "#!/usr/bin/env python3
import sys, zipfile
open('ran', 'w').write(' '.join(sys.argv[1:]))
folder = sys.argv[sys.argv.index('--output') + 1]
with zipfile.ZipFile(folder + '/x.1.0.0.nupkg', 'w') as package:
    package.write('a.cs', 'content/a.cs')
";
    fs::create_dir(world.at("bin")).expect("a folder");
    let program = world.at("bin/dotnet");
    fs::write(&program, stand_in).expect("a file");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a mode");
    let ask = |args: &[&str]| -> Ran {
        let mut command = world.command(env!("CARGO_BIN_EXE_nospill"), "repo");
        let path = std::env::var("PATH").expect("PATH");
        command.env("PATH", format!("{}:{path}", world.at("bin").display()));
        command.args(["guard", "package", "--format", "json"]).args(args).output().expect("nospill runs").into()
    };
    let ran = ask(&[]);
    assert!(
        ran.code == 2 && ran.err.contains("`--with nuget` builds it") && !world.path().join("ran").exists(),
        "{}",
        ran.whole()
    );
    let ran = ask(&["--with", "nuget"]);
    assert_eq!(ran.findings(), ["x.1.0.0.nupkg!content/a.cs:1 github-pat deny"], "{}", ran.whole());
    let said = fs::read_to_string(world.path().join("ran")).expect("a file");
    assert!(said.starts_with("pack ./x.csproj --nologo --artifacts-path /") && said.contains("--output /"), "{said}");
}

#[test]
fn cargo_is_asked_what_it_would_ship() {
    let world = World::new();
    world.write("Cargo.toml", "[package]\nname = \"x\"\nversion = \"1.0.0\"\nedition = \"2021\"\nexclude = [\"private\"]\n");
    world.write("src/lib.rs", "\n");
    world.write("deploy.key.py", token(1));
    world.write("private/a.py", token(2));
    let ran = guard(&world, &["package", "--format", "json"]);
    assert_eq!(ran.findings(), ["deploy.key.py:1 github-pat deny"], "{}", ran.whole());
}

#[test]
fn python_builds_are_looked_into() {
    if !can("python3", &["-c", "import build, setuptools, wheel"]) {
        skip("python3 has no build, so only packages/test.sh asks it what it ships");
        return;
    }
    let world = World::new();
    world.write("pyproject.toml", "[project]\nname = \"x\"\nversion = \"1.0\"\n[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n");
    world.write("x/__init__.py", token(1));
    world.write("MANIFEST.in", "include .env\n");
    world.write(".env", format!("TOKEN={}", token(2)));
    let ran = guard(&world, &["package", "--format", "json"]);
    let findings = ran.findings().join("\n");
    assert!(
        findings.contains("x-1.0.tar.gz!x-1.0/.env:1") && findings.contains("-1.0-py3-none-any.whl!x/__init__.py:1"),
        "{}",
        ran.whole()
    );
}

#[test]
fn a_docker_build_is_sent_what_dockerignore_leaves() {
    let world = World::new();
    world.write("Dockerfile", "FROM scratch\nCOPY . /\n");
    world.write(".dockerignore", "**/*.secret.py\n!keep.secret.py\n");
    world.write("a/x.secret.py", token(1));
    world.write("keep.secret.py", token(2));
    let ran = guard(&world, &["package", "--format", "json"]);
    assert_eq!(ran.findings(), ["keep.secret.py:1 github-pat deny"], "{}", ran.whole());
}

#[test]
fn a_build_may_go_by_any_of_the_ignore_files() {
    let world = World::new();
    world.write("Dockerfile", "FROM scratch\nCOPY . /\n");
    world.write("deploy.Dockerfile", "FROM scratch\nCOPY . /\n");
    world.write(".env", format!("TOKEN={}", token(1)));
    world.write("b.py", token(2));
    let found = || guard(&world, &["package", "--format", "json"]).findings().len();
    world.write(".dockerignore", "*\n");
    assert_eq!(found(), 0);
    world.write("deploy.Dockerfile.dockerignore", "b.py\n");
    assert!(found() > 0);
    let ran = guard(&world, &["env"]);
    assert!(ran.out.contains(".env: no ignore rule covers it, a docker build would be sent it"), "{}", ran.whole());
    assert!(guard(&world, &["env", "--fix"]).out.contains("added to"));
    let read = |name: &str| fs::read_to_string(world.path().join(name)).expect("a file");
    assert_eq!((read(".dockerignore"), read("deploy.Dockerfile.dockerignore")), ("*\n.env\n".into(), "b.py\n.env\n".into()));
    assert_eq!(found(), 0);
    world.write(".containerignore", ".env\n");
    assert_eq!(found(), 1);
}

#[test]
fn a_packer_that_fails_is_no_clean_package() {
    let world = World::new();
    let ran = guard(&world, &["package"]);
    assert!(ran.code == 2 && ran.err.contains("hint: "), "{}", ran.whole());
    world.write("Cargo.toml", "not toml");
    let ran = guard(&world, &["package"]);
    assert!(ran.code == 3 && ran.out.contains("not scanned: cargo: `cargo package"), "{}", ran.whole());
}
