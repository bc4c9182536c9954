//! A file of options: TOML with a table per command, every option by its long name.
//!
//! ```toml
//! quiet = true
//!
//! [score]
//! model = "/srv/netiquette/desk.model"
//! column = ["text=Kommentar"]
//! html = true
//! ```
//!
//! What the file says becomes the default of the option it names, so the command line wins,
//! and values are read and refused as they would be there. The file is named by
//! `--config-file` or NETIQUETTE_CONFIG and never looked for: what stands in the folder a job
//! happens to start in cannot change its scores.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::builder::{ArgAction, ValueRange};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, Subcommand};
use toml::{Table, Value};

use super::DONE;

/// The option that names the file.
const OPTION: &str = "--config-file";
/// The variable that names it where the option does not.
const VARIABLE: &str = "NETIQUETTE_CONFIG";

/// Show the options in force
#[derive(Args, Debug)]
pub struct ConfigArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Print every option in force, and where it is from
    Show {
        /// A command with its arguments, as in `score --html comments.csv`; all commands if not given
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
        line: Vec<OsString>,
    },
}

/// Options out of a file.
#[derive(Debug, Default)]
pub struct Config {
    path: Option<PathBuf>,
    options: Table,
}

impl Config {
    /// The file that the command line or the environment names; no options if neither does.
    ///
    /// # Errors
    /// If it cannot be read or is no TOML.
    pub fn find(line: &[OsString]) -> anyhow::Result<Self> {
        let variable = || std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
        let Some(path) = named(line).or_else(variable).map(PathBuf::from) else { return Ok(Self::default()) };
        let place = || path.display().to_string();
        let text = std::fs::read_to_string(&path).with_context(place)?;
        let options = text.parse::<Table>().with_context(place)?;
        Ok(Self { path: Some(path), options })
    }

    /// The command line with these options as its defaults.
    ///
    /// # Errors
    /// If a key is no command or none of its options, or a value cannot be an option's.
    pub fn apply(&self, mut line: Command) -> anyhow::Result<Command> {
        let Some(path) = &self.path else { return Ok(line) };
        for (key, value) in &self.options {
            line = match value {
                Value::Table(options) => apply_to_command(line, key, options),
                value => with_default(line, key, value),
            }
            .with_context(|| path.display().to_string())?;
        }
        Ok(line)
    }

    /// Whether the file says something of an option of a command (of all if `None`).
    fn says(&self, command: Option<&str>, key: &str) -> bool {
        match command {
            Some(name) => self.options.get(name).is_some_and(|table| table.get(key).is_some()),
            None => self.options.contains_key(key),
        }
    }

    fn name(&self) -> String {
        self.path.as_deref().unwrap_or(Path::new("no file")).display().to_string()
    }
}

/// The value of `--config-file` on a command line that was not parsed yet.
fn named(line: &[OsString]) -> Option<OsString> {
    let mut words = line.iter().take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        if word == OPTION {
            return words.next().cloned();
        }
        let joined = word.to_str().and_then(|word| word.strip_prefix(OPTION)?.strip_prefix('='));
        if let Some(path) = joined {
            return Some(path.into());
        }
    }
    None
}

fn apply_to_command(mut line: Command, name: &str, options: &Table) -> anyhow::Result<Command> {
    let known: Vec<&str> = line.get_subcommands().map(Command::get_name).collect();
    if !known.contains(&name) {
        bail!("there is no command `{name}`; the commands are {}", known.join(", "));
    }
    for (key, value) in options {
        let command = line.find_subcommand(name).cloned().unwrap_or_default();
        let command = with_default(command, key, value).with_context(|| format!("[{name}]"))?;
        line = line.mut_subcommand(name, |_| command);
    }
    Ok(line)
}

/// `command` with `value` as the default of its option `key`.
fn with_default(command: Command, key: &str, value: &Value) -> anyhow::Result<Command> {
    let Some(arg) = command.get_arguments().find(|arg| key_of(arg) == key && is_option(arg)) else {
        let known: Vec<&str> = command.get_arguments().filter(|arg| is_option(arg)).map(key_of).collect();
        bail!("there is no option `{key}`; the options are {}", known.join(", "));
    };
    let values = match value {
        Value::Array(values) => values.iter().map(word).collect::<Option<Vec<_>>>(),
        value => word(value).map(|word| vec![word]),
    };
    let several = matches!(arg.get_action(), ArgAction::Append);
    let Some(values) = values.filter(|values| several || values.len() == 1) else {
        bail!("`{key}` takes a string, a number, true or false, or where it may be repeated a list of them");
    };
    let id = arg.get_id().clone();
    let long = arg.get_long().map(str::to_owned);
    // A switch that the file turns on can be turned off: `--html=false`.
    let command = command.mut_arg(&id, |arg| match arg.get_action() {
        ArgAction::SetTrue => arg
            .action(ArgAction::Set)
            .num_args(ValueRange::new(0..=1))
            .require_equals(true)
            .default_missing_value("true"),
        _ => arg.required(false),
    });
    for value in &values {
        let word = long.as_ref().map_or_else(|| value.clone(), |long| format!("--{long}={value}"));
        try_out(&command, &word)?;
    }
    Ok(command.mut_arg(&id, |arg| arg.default_values(values)))
}

/// Reads `word` as it would be read on the command line.
fn try_out(command: &Command, word: &str) -> anyhow::Result<()> {
    let tried = command.clone().no_binary_name(true).try_get_matches_from([word]);
    match tried.map_err(|e| (e.kind(), e)) {
        Err((ErrorKind::ValueValidation | ErrorKind::InvalidValue, e)) => {
            let message = e.render().to_string();
            let first = message.lines().next().unwrap_or_default();
            bail!("{}", first.strip_prefix("error: ").unwrap_or(first))
        }
        _ => Ok(()),
    }
}

/// What the file calls an option.
fn key_of(arg: &Arg) -> &str {
    arg.get_long().unwrap_or(arg.get_id().as_str())
}

/// Whether a file can say something of it.
fn is_option(arg: &Arg) -> bool {
    !matches!(key_of(arg), "help" | "version" | "config-file")
}

/// A TOML value as it would stand on a command line.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(word) => Some(word.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(yes) => Some(yes.to_string()),
        Value::Array(_) | Value::Table(_) | Value::Datetime(_) => None,
    }
}

/// `netiquette config show`: the options as a file that would set them, each with its source.
///
/// # Errors
/// If the command line given makes no sense.
pub fn run(args: &ConfigArgs, config: &Config, line: Command) -> anyhow::Result<u8> {
    let Action::Show { line: words } = &args.action;
    let mut shown = String::new();
    let mut line = line;
    line.build();
    if words.is_empty() {
        show(&mut shown, &line, None, config, None);
        let others = ["config", "completions", "man", "help"];
        for command in line.get_subcommands().filter(|c| !others.contains(&c.get_name())) {
            show(&mut shown, command, Some(command.get_name()), config, None);
        }
    } else {
        let words = [OsString::from("netiquette")].into_iter().chain(words.iter().cloned());
        let matches = line.clone().try_get_matches_from(words)?;
        show(&mut shown, &line, None, config, Some(&matches));
        if let Some((name, matches)) = matches.subcommand()
            && let Some(command) = line.find_subcommand(name)
        {
            show(&mut shown, command, Some(name), config, Some(matches));
        }
    }
    std::io::stdout().lock().write_all(shown.as_bytes())?;
    Ok(DONE)
}

/// Appends the options of a command (of all if `name` is none).
fn show(
    to: &mut String,
    command: &Command,
    name: Option<&str>,
    config: &Config,
    matches: Option<&ArgMatches>,
) {
    if let Some(name) = name {
        to.push_str(&format!("\n[{name}]\n"));
    }
    let own = |arg: &&Arg| is_option(arg) && (name.is_none() || !arg.is_global_set());
    for arg in command.get_arguments().filter(own) {
        let key = key_of(arg);
        let given = matches
            .and_then(|m| Some((m.get_raw(arg.get_id().as_str())?, m.value_source(arg.get_id().as_str())?)));
        let (values, source): (Vec<&OsStr>, _) = match given {
            Some((values, source)) => (values.collect(), source),
            None => (arg.get_default_values().iter().map(AsRef::as_ref).collect(), ValueSource::DefaultValue),
        };
        let source = match source {
            ValueSource::CommandLine => "command line".to_owned(),
            _ if config.says(name, key) => config.name(),
            _ => "default".to_owned(),
        };
        to.push_str(&match values.is_empty() && !matches!(arg.get_action(), ArgAction::SetTrue) {
            true => format!("# {key} is not set\n"),
            false => format!("{key} = {}  # {source}\n", literal(arg, &values)),
        });
    }
}

/// Values as TOML.
fn literal(arg: &Arg, values: &[&OsStr]) -> String {
    let one = |word: &&OsStr| {
        let word = word.to_string_lossy();
        let bare = word.parse::<i64>().is_ok() || matches!(&*word, "true" | "false");
        if bare { word.into_owned() } else { Value::String(word.into_owned()).to_string() }
    };
    match (arg.get_action(), values) {
        (ArgAction::Append, values) => format!("[{}]", values.iter().map(one).collect::<Vec<_>>().join(", ")),
        (_, [value, ..]) => one(value),
        (_, []) => "false".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::Cli;
    use super::*;

    fn config(text: &str) -> Config {
        Config { path: Some(PathBuf::from("c.toml")), options: text.parse().unwrap() }
    }

    fn parsed(text: &str, words: &[&str]) -> ArgMatches {
        let line = config(text).apply(Cli::command()).unwrap();
        let matches = line.try_get_matches_from([&["netiquette"], words].concat()).unwrap();
        matches.subcommand().unwrap().1.clone()
    }

    #[test]
    fn the_command_line_wins() {
        let text = "[score]\nmax-rejects = 7\nhtml = true\ncolumn = [\"text=a\", \"id=b\"]";
        let of =
            |m: &ArgMatches| m.get_one::<super::super::rejects::Limit>("max_rejects").unwrap().to_string();
        let matches = parsed(text, &["score"]);
        assert_eq!(of(&matches), "7");
        assert!(matches.get_flag("html"));
        assert_eq!(matches.get_many::<String>("columns").unwrap().len(), 2);
        let matches = parsed(text, &["score", "--max-rejects", "5%", "--html=false", "--column", "text=c"]);
        assert_eq!(of(&matches), "5%");
        assert!(!matches.get_flag("html"));
        assert_eq!(matches.get_many::<String>("columns").unwrap().len(), 1);
    }

    #[test]
    fn what_is_required_may_stand_in_the_file() {
        let matches = parsed("[train]\nmodel = \"m\"\ntables = [\"a.csv\"]", &["train"]);
        assert_eq!(matches.get_one::<PathBuf>("model").unwrap(), Path::new("m"));
    }

    #[test]
    fn what_the_file_cannot_mean_is_refused() {
        let cases = [
            ("[scores]\n", "there is no command `scores`"),
            ("[score]\nhtmll = true", "there is no option `htmll`"),
            ("[score]\nhelp = true", "there is no option `help`"),
            ("[score]\narticles = [\"a\", \"b\"]", "`articles` takes a string"),
            ("[score]\nmodel = 1979-05-27", "`model` takes a string"),
            ("[score]\nmax-rejects = \"viele\"", "'viele' for '--max-rejects"),
            ("[score]\nhtml = 3", "'3' for '--html"),
            ("log-format = \"xml\"", "'xml' for '--log-format"),
            ("html = true", "there is no option `html`"),
        ];
        for (text, what) in cases {
            let error = format!("{:#}", config(text).apply(Cli::command()).unwrap_err());
            assert!(error.starts_with("c.toml: ") && error.contains(what), "{error}");
        }
    }

    #[test]
    fn the_file_is_named_by_the_option() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(named(&words("n --config-file a score")), Some("a".into()));
        assert_eq!(named(&words("n score --config-file=a")), Some("a".into()));
        assert_eq!(named(&words("n explain --text -- --config-file a")), None);
        assert_eq!(named(&words("n train --config a")), None);
    }
}
