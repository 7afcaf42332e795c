//! `pelicycle export`.

use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::ValueEnum;
use pelicycle_exchange::Parquet;
use pelicycle_store::{DamageReason, Store, StoredAttempt};
use pelicycle_table::{
    ColumnHeading, ColumnKind, Csv, JsonLines, TableCell, TableError, TableWriter, headings, row,
};

use super::GlobalOptions;
use super::error::usage;
use super::output::{attempts_and_looks, say_damaged, say_error, write_whole_by};
use super::terminal::printable;

/// Write a table of all attempts, for notebooks and databases.
///
/// One row an attempt; docs/tables.md lists the columns. Where -o is not given, the table goes to standard output.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle export > attempts.csv
  pelicycle export -o attempts.parquet
  pelicycle export --texts --format jsonl | jq -r 'select(.verdict == \"malformed\") | .reply'
  duckdb -c \"select label, avg(drawn::int) from 'attempts.parquet' where look is null group by 1\"")]
pub(crate) struct ExportArgs {
    /// csv, jsonl (JSON Lines) or parquet [default: by the file's ending, else csv].
    #[arg(short, long, value_enum, hide_possible_values = true)]
    format: Option<ExportFormat>,
    /// Write into this file, whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Add the columns reply, thinking_text and svg with the texts themselves.
    #[arg(long)]
    texts: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    Csv,
    Jsonl,
    Parquet,
}

/// Reads a text of an attempt.
type ReadText = fn(&Store, &StoredAttempt) -> Result<Option<Vec<u8>>, DamageReason>;

/// The columns of the texts; a text that is no UTF-8 has U+FFFD where it is not.
const TEXTS: [(ReadText, ColumnHeading); 3] = [
    (Store::reply, ColumnHeading { name: "reply", kind: ColumnKind::Text, about: "The reply." }),
    (
        Store::thinking,
        ColumnHeading { name: "thinking_text", kind: ColumnKind::Text, about: "The reasoning text." },
    ),
    (
        Store::drawing,
        ColumnHeading { name: "svg", kind: ColumnKind::Text, about: "The drawing as it stood in the reply." },
    ),
];

pub(crate) fn export(global: &GlobalOptions, args: &ExportArgs) -> anyhow::Result<ExitCode> {
    let format = match (args.format, &args.out) {
        (Some(format), _) => format,
        (None, Some(path)) => by_ending(path)?,
        (None, None) => ExportFormat::Csv,
    };
    if args.out.is_none() && format == ExportFormat::Parquet && io::stdout().is_terminal() {
        return usage("Parquet is not for terminals: name a file with -o");
    }
    let store = Store::open(&global.results)?;
    let listing = store.list()?;
    say_damaged(&store, &listing.damaged);
    let attempts = &listing.attempts;
    match &args.out {
        Some(path) => {
            write_whole_by(path, |file| write(&store, attempts, format, args.texts, file))
                .with_context(|| format!("cannot write {}", path.display()))?;
            let first = listing.first_attempts().count();
            say_error(&format!("{}: {}", path.display(), attempts_and_looks(first, attempts.len() - first)));
        }
        None if io::stdout().is_terminal() => {
            write(&store, attempts, format, args.texts, &mut TerminalWriter::new(io::stdout()))?;
        }
        None => match write(&store, attempts, format, args.texts, &mut io::stdout()) {
            // Whoever read the table has read enough.
            Err(TableError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
            written => written?,
        },
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes lines to a terminal, where control characters of a model's must not act.
struct TerminalWriter<W: Write> {
    line: Vec<u8>,
    to: W,
}

impl<W: Write> TerminalWriter<W> {
    fn new(to: W) -> TerminalWriter<W> {
        TerminalWriter { line: Vec::new(), to }
    }

    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let plain = line.trim_end_matches(['\r', '\n']);
        let end = &line[plain.len()..];
        write!(self.to, "{}{end}", printable(plain))
    }
}

impl<W: Write> Write for TerminalWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.end_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_line()?;
        self.to.flush()
    }
}

fn by_ending(path: &Path) -> anyhow::Result<ExportFormat> {
    let Some(ending) = path.extension() else { return Ok(ExportFormat::Csv) };
    match ending.to_string_lossy().to_ascii_lowercase().as_str() {
        "csv" => Ok(ExportFormat::Csv),
        "jsonl" | "ndjson" => Ok(ExportFormat::Jsonl),
        "parquet" => Ok(ExportFormat::Parquet),
        other => usage(&format!(
            "what a .{other} is to be is not known: name the file .csv, .jsonl or .parquet, or say which by --format"
        )),
    }
}

fn write(
    store: &Store,
    attempts: &[StoredAttempt],
    format: ExportFormat,
    texts: bool,
    out: &mut (dyn Write + Send),
) -> Result<(), TableError> {
    let mut heads = headings();
    heads.extend(TEXTS.iter().filter(|_| texts).map(|(_, heading)| *heading));
    let out = io::BufWriter::new(out);
    let mut table: Box<dyn TableWriter + '_> = match format {
        ExportFormat::Csv => Box::new(Csv::new(out, &heads)?),
        ExportFormat::Jsonl => Box::new(JsonLines::new(out, &heads)),
        ExportFormat::Parquet => Box::new(Parquet::new(out, &heads)?),
    };
    for stored in attempts {
        let mut cells = row(&stored.attempt);
        if texts {
            cells.extend(TEXTS.iter().map(|(read, _)| text(store, stored, *read)));
        }
        table.row(&cells)?;
    }
    table.finish()
}

/// A text of an attempt. One that is not what was recorded is left out, and told.
fn text(store: &Store, stored: &StoredAttempt, read: ReadText) -> TableCell<'static> {
    match read(store, stored) {
        Ok(Some(bytes)) => String::from_utf8_lossy(&bytes).into_owned().into(),
        Ok(None) => TableCell::Absent,
        Err(damage) => {
            say_error(&format!("left out a text of {}: {damage}", stored.folder.display()));
            TableCell::Absent
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_act_on_a_terminal() {
        let mut out = Vec::new();
        let mut terminal = TerminalWriter::new(&mut out);
        terminal.write_all("a,\u{1b}[31mred\u{9b}1m\r\n\u{1b}]0;ti".as_bytes()).unwrap();
        terminal.write_all(b"tle\x07,x").unwrap();
        terminal.flush().unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("a,") && text.contains("\r\n") && text.ends_with(",x"), "{text:?}");
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{text:?}");
    }
}
