//! `pelicycle open`.

use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use super::GlobalOptions;
use super::output::say;
use super::terminal::printable;

/// The commands that open a page on this system, in the order in which they are tried.
const OPENERS: &[&[&str]] = if cfg!(target_os = "macos") {
    &[&["open"]]
} else if cfg!(windows) {
    &[&["rundll32", "url.dll,FileProtocolHandler"]]
} else {
    &[&["xdg-open"], &["wslview"], &["gio", "open"], &["sensible-browser"], &["x-www-browser"]]
};
/// An opener that runs for so long has opened the page, and is the browser itself.
const LONG: Duration = Duration::from_secs(3);

/// Open the gallery in the browser.
///
/// In the one that BROWSER names, else in the system's own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle open                      gallery/index.html
  pelicycle open --gallery site       another one
  BROWSER=w3m pelicycle open          in another browser")]
pub(crate) struct OpenArgs {}

pub(crate) fn open(global: &GlobalOptions, _: &OpenArgs) -> anyhow::Result<ExitCode> {
    let index = std::path::absolute(global.gallery.join("index.html"))?;
    let shown = printable(&index.to_string_lossy()).into_owned();
    anyhow::ensure!(
        index.is_file(),
        "there is no gallery at {shown}: `pelicycle gallery` builds one from the results, and `pelicycle` alone \
         draws six pelicans first"
    );
    let wished = std::env::var("BROWSER").unwrap_or_default();
    let by_wish = wished_for(&wished).any(|words| ended_well(&mut command(words, &index, false)));
    let opened = by_wish || OPENERS.iter().any(|words| opens(&mut command(words.iter(), &index, true)));
    anyhow::ensure!(opened, "no browser could be started (BROWSER may name one); the gallery is {shown}");
    say(&shown);
    Ok(ExitCode::SUCCESS)
}

/// The commands that BROWSER names, one after another as each fails.
fn wished_for(wished: &str) -> impl Iterator<Item = std::str::SplitWhitespace<'_>> {
    // In Windows a path has a colon.
    let end = if cfg!(windows) { ';' } else { ':' };
    wished.split(end).filter(|words| !words.trim().is_empty()).map(str::split_whitespace)
}

/// The command with the page behind its words, or where `%s` stands among them.
fn command(words: impl Iterator<Item = impl AsRef<str>>, page: &Path, quiet: bool) -> Command {
    let words: Vec<_> = words.collect();
    let mut words = words.iter().map(AsRef::as_ref);
    let mut command = Command::new(words.next().unwrap_or_default());
    let mut named = false;
    for word in words {
        named |= word == "%s";
        if word == "%s" {
            command.arg(page)
        } else {
            command.arg(word)
        };
    }
    if !named {
        command.arg(page);
    }
    if quiet {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    }
    command
}

/// Whether a browser of the user's choice ran and ended well. It may be one that lives in the terminal, so it is waited for.
fn ended_well(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

/// Whether an opener of the system's opens the page.
fn opens(command: &mut Command) -> bool {
    command.spawn().is_ok_and(settles)
}

fn settles(mut opener: Child) -> bool {
    let begun = Instant::now();
    loop {
        match opener.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if begun.elapsed() < LONG => std::thread::sleep(Duration::from_millis(20)),
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}
