//! The `nospill` command: parses, runs, prints errors, exits.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use nospill::cli::{Cli, Command};
use nospill::commands;
use nospill::detect::scanner::Scanner;
use nospill::error::CommandError;
use nospill::exit::Exit;
use nospill::pipeline::veil;
use nospill::report::escape;
use nospill::rules::ruleset::RuleSet;
use nospill::settings::Settings;
use nospill::source::pipes::{self, Refs};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(exit) => exit.into(),
        Err(error) => {
            complain(&error);
            Exit::Failed.into()
        }
    }
}

fn run(cli: Cli) -> Result<Exit, CommandError> {
    match cli.command {
        Command::Rules(_) | Command::Report(_) | Command::Completions { .. } | Command::Man { .. } => {}
        Command::Staged(_) | Command::CommitMsg { .. } => pipes::refuse(Refs::Head)?,
        _ => pipes::refuse(Refs::All)?,
    }
    match cli.command {
        Command::Install(args) => commands::install::run(args),
        Command::Uninstall(args) => commands::uninstall::run(&args),
        Command::CommitMsg { file, scan } => commands::commit_msg::run(&Settings::new(scan)?, &file),
        Command::PrePush { remote, scan, .. } => commands::push::pre_push(remote, scan),
        Command::PostMerge { scan, .. } => commands::push::post_merge(scan),
        Command::PreReceive(args) => commands::push::pre_receive(args),
        Command::Update { name, old, new, receive } => commands::push::update(name, &old, &new, receive),
        Command::Staged(args) => commands::staged::run(args),
        Command::Dir(args) => commands::dir::run(args),
        Command::History(args) => commands::history::run(args),
        Command::Stdin(args) => commands::stdin::run(args),
        Command::Guard(args) => commands::guard::run(args.command),
        Command::Ci(args) => commands::ci::run(args),
        Command::Report(args) => commands::report::run(args.command),
        Command::Rules(args) => commands::rules::run(args.command),
        Command::Init => commands::init::run(),
        Command::Allow(args) => commands::allow::run(&args),
        Command::Baseline(args) => commands::baseline::run(args.command),
        Command::Config(args) => commands::config::run(args.command),
        Command::Doctor(args) => commands::doctor::run(&args),
        Command::Completions { shell } => commands::completions::run(shell),
        Command::Man { dir } => commands::man::run(&dir),
        Command::Explain(args) => commands::explain::run(Settings::of_config(args.config), &args.what),
    }
}

fn complain(error: &CommandError) {
    // What went wrong may quote a file: a parser shows the line that it does not like.
    let scanner = Scanner::new(RuleSet::builtin());
    let mut text = format!("nospill: error: {}\n", escape::message(&veil::text(&scanner, &error.message)));
    for hint in &error.hints {
        text.push_str(&format!("  hint: {}\n", escape::message(&veil::text(&scanner, hint)).replace('\n', "\n        ")));
    }
    // Nobody is left to tell when standard error is closed; the exit code still speaks.
    let _ = std::io::stderr().write_all(text.as_bytes());
}
