//! What was meant by what was typed, the environment included. After this nobody looks at flags.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::SystemTime;

use crate::cli::report::Format;
use crate::cli::scan::{ColourChoice, DirArgs, LayerArgs, ScanArgs};
use crate::error::{CommandError, Kind};
use crate::report::Values;
use crate::report::human::Colour;
use crate::source::archive::Limits;
use crate::source::walk::{Hidden, Ignore};
use crate::types::shard::Shard;

/// The settings of a scan.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The report's format.
    pub format: Format,
    /// Files that it goes to as well, each in its format.
    pub outputs: Vec<(Format, PathBuf)>,
    /// Whether nothing is said but what is found and what is wrong.
    pub quiet: bool,
    /// Whether it holds secrets.
    pub values: Values,
    /// Whether it holds colours.
    pub colour: Colour,
    /// Workers at most.
    pub threads: usize,
    /// The time when the run began, in seconds since 1970.
    pub now: Option<u64>,
    /// A configuration file named by hand.
    pub config: Option<PathBuf>,
    /// Other layers named by hand.
    pub layers: LayerArgs,
}

impl Settings {
    /// Of a command that reports nothing but what it was asked about: the configuration counts, the rest is plain.
    pub fn of_config(config: Option<PathBuf>) -> Self {
        let threads = available_parallelism().map_or(1, usize::from);
        Self {
            format: Format::Human,
            outputs: Vec::new(),
            quiet: false,
            values: Values::Masked,
            colour: Colour::Off,
            threads,
            now: now(),
            config,
            layers: LayerArgs::default(),
        }
    }

    /// The same, with layers named by hand.
    pub fn of_layers(layers: LayerArgs) -> Self {
        Self { layers, ..Self::of_config(None) }
    }

    /// From flags and environment.
    ///
    /// # Errors
    /// `--show-secrets` in CI without `--force`.
    pub fn new(args: ScanArgs) -> Result<Self, CommandError> {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let ci = ["CI", "TF_BUILD"].iter().any(|name| set(name) && std::env::var_os(name).is_none_or(|v| v != "false"));
        if args.show_secrets && ci && !args.force {
            return Err(CommandError::new(Kind::User, "--show-secrets is refused in CI: the log would hold the secrets")
                .hint("leave it out, or add --force if the log is private"));
        }
        let terminal = || std::io::stdout().is_terminal() && !set("NO_COLOR");
        let colour = match args.color {
            ColourChoice::Always => Colour::On,
            ColourChoice::Auto if terminal() => Colour::On,
            ColourChoice::Auto | ColourChoice::Never => Colour::Off,
        };
        let (format, outputs) = to_standard_output(args.format, args.output)?;
        Ok(Self {
            format: format.unwrap_or(Format::Human),
            outputs,
            quiet: args.quiet,
            values: if args.show_secrets { Values::Shown } else { Values::Masked },
            colour,
            threads: args.threads.map_or_else(|| available_parallelism().map_or(1, usize::from), usize::from),
            now: now(),
            config: args.config,
            layers: args.layers,
        })
    }
}

/// A report's format, and the file that it goes to.
pub type Output = (Format, PathBuf);

/// Takes `-` among the files for standard output, which has one format.
///
/// # Errors
/// Several formats are to go there.
pub fn to_standard_output(format: Option<Format>, outputs: Vec<Output>) -> Result<(Option<Format>, Vec<Output>), CommandError> {
    let (out, files): (Vec<_>, Vec<_>) = outputs.into_iter().partition(|(_, path)| path.as_os_str() == "-");
    let mut formats: Vec<Format> = format.into_iter().chain(out.into_iter().map(|(format, _)| format)).collect();
    formats.dedup();
    if formats.len() > 1 {
        return Err(CommandError::new(Kind::User, "standard output takes a report in one format")
            .hint("leave out --format beside --output FORMAT=-, and write the others to files"));
    }
    Ok((formats.pop(), files))
}

/// What is scanned on disk, and how.
#[derive(Clone, Debug)]
pub struct DirSettings {
    /// One at least.
    pub paths: Vec<PathBuf>,
    /// Whether ignore rules count.
    pub ignore: Ignore,
    /// Whether names that start with a dot are walked.
    pub hidden: Hidden,
    /// Larger files are left out.
    pub max_size: Option<u64>,
    /// Globs of which a path must match one, if there are any.
    pub include: Vec<String>,
    /// Globs that leave out paths.
    pub exclude: Vec<String>,
    /// How far archives are opened; `None`: not at all.
    pub archives: Option<Limits>,
    /// The part that is scanned, if it is not the whole.
    pub shard: Option<Shard>,
}

impl DirSettings {
    /// Of paths alone.
    pub fn of(paths: Vec<PathBuf>) -> Self {
        let (max_size, include, exclude) = (None, Vec::new(), Vec::new());
        let archives = Some(Limits::default());
        Self { paths, ignore: Ignore::Respect, hidden: Hidden::Walk, max_size, include, exclude, archives, shard: None }
    }

    /// From flags; what they say of any scan is handed on.
    pub fn new(args: DirArgs) -> (Self, ScanArgs) {
        let paths = if args.paths.is_empty() { vec![".".into()] } else { args.paths };
        let mut settings =
            Self { max_size: args.max_size.map(|size| size.0), include: args.include, exclude: args.exclude, ..Self::of(paths) };
        if args.no_ignore {
            settings.ignore = Ignore::Nothing;
        }
        if args.no_hidden {
            settings.hidden = Hidden::Skip;
        }
        if args.no_archives {
            settings.archives = None;
        }
        (settings, args.scan)
    }
}

/// `None` where the clock stands before 1970.
fn now() -> Option<u64> {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs())
}
