//! `pelicycle vote`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use pelicycle_judge::AttemptFilter;
use pelicycle_record::JudgeRecord;
use pelicycle_serve::vote::{VotingSession, serve, voter};
use pelicycle_store::Store;
use pelicycle_text::{plural, shell_quoted};

use super::GlobalOptions;
use super::compare_looks::looks;
use super::error::usage;
use super::listen::{address, listen};
use super::next::in_same_place;
use super::output::{say, say_error};
use super::rank::DrawingArgs;
use super::runtime::runtime;
use super::sides::between;
use super::signals::Signals;

/// The address of the page when nothing else is said: beside a gallery that is served.
const ADDRESS: &str = "127.0.0.1:8766";

/// Say which of two drawings is better, on a local page, without their makers' names.
///
/// Two drawings of one prompt stand side by side in random order; ← → ↑ ↓ choose the left, the right, neither, or both as bad.
/// The pair that tells most comes next. With --between only two sides are held against each other, until it is settled which
/// of them draws better. Votes are files in results/judgements/: copy those of several people together, and
/// `pelicycle rank` counts them all.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle vote                            at http://127.0.0.1:8766/, in your user's name
  pelicycle vote --name Ada -p pelican      only the pelicans, as Ada
  pelicycle vote --contestant openai/gpt-4o --contestant openai/gpt-5
  pelicycle vote --between openai/gpt-4o openai/gpt-5   until it is settled which of them draws better
  pelicycle vote --looks                    first drawings beside their last ones
  pelicycle rank                            what follows from the votes")]
pub(crate) struct VoteArgs {
    /// The name that votes are kept under; your user's name when nothing is said.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    drawings: DrawingArgs,
    /// Show only pairs of a drawing of BASE and one of HEAD, named as for `compare`, and none any more when the votes settle
    /// which side draws better. BASE and HEAD are what they are when it begins.
    #[arg(long, num_args = 2, value_names = ["BASE", "HEAD"])]
    between: Vec<String>,
    /// Show only pairs of a first drawing and of what its model made of it in the end when it was shown it (`run --looks`), and
    /// none any more when the votes settle whether looks help.
    #[arg(long, conflicts_with = "between")]
    looks: bool,
    /// The address of the page: a port, or an address of this machine and a port.
    #[arg(long, value_name = "ADDRESS", default_value = ADDRESS, value_parser = loopback)]
    address: SocketAddr,
}

/// Reads an address that this machine alone reaches.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address = address(text)?;
    if !address.ip().is_loopback() {
        return Err(format!(
            "{} can be reached from outside, and whoever reaches the page votes in your name; 127.0.0.1:{} is this \
             machine alone",
            address.ip(),
            address.port()
        ));
    }
    Ok(address)
}

/// The voter's name where neither the command nor the system says one.
const NAMELESS: &str = "voter";

/// The person who votes: of this name, or the system's user. `flag` is what gives another name.
///
/// # Errors
/// A name that nobody can vote by, which is a mistake.
pub(super) fn who(name: Option<&str>, flag: &str) -> anyhow::Result<JudgeRecord> {
    let user = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let name = name.map(str::to_owned).or_else(user).unwrap_or_else(|| NAMELESS.to_owned());
    match voter(&name) {
        Ok(voter) => Ok(voter),
        Err(why) => usage(&format!("nobody can vote as {name:?}: {why}; {flag} gives another name")),
    }
}

pub(crate) fn vote(global: &GlobalOptions, args: &VoteArgs) -> anyhow::Result<ExitCode> {
    let voter = who(args.name.as_deref(), "--name")?;
    let store = Store::open(&global.results)?;
    let looked = store.fingerprint();
    let listing = store.list()?;
    let sides = if args.looks {
        Some(looks(&args.drawings.attempts_and_looks(&listing, &store)?)?.1)
    } else {
        let attempts = args.drawings.attempts(&listing, &store)?;
        between(&store, &attempts, &args.between)?.map(|(_, sides)| sides)
    };
    let mut scope = AttemptFilter { looks: args.looks, ..args.drawings.scope() };
    // Sides that were named may be demonstrations.
    scope.demonstrations |= sides.is_some();
    let next = match args.between.as_slice() {
        [base, head] => format!("pelicycle compare {} {}", shell_quoted(base), shell_quoted(head)),
        _ if args.looks => "pelicycle compare --looks".to_owned(),
        _ => "pelicycle rank".to_owned(),
    };
    let next = in_same_place(&next, global, false);
    let place = store.judgements_folder();
    let name = voter.name.clone();
    let booth = Arc::new(VotingSession::open(store, (looked, &listing), (scope, sides), voter, say_error)?);
    let is_empty = listing.attempts.is_empty();
    drop(listing);
    let runtime = runtime()?;
    let served = runtime.block_on(async {
        let listener = listen(args.address).await?;
        let own = listener.local_addr()?;
        let mut signals = Signals::new().context("can't listen for Ctrl-C")?;
        say(&format!("http://{own}/"));
        let then =
            if args.between.is_empty() && !args.looks { String::new() } else { format!(" Then: {next}") };
        say_error(&format!("Open it in a browser to vote as {name}. Ctrl-C ends it.{then}"));
        if is_empty {
            say_error("There are no drawings yet: `pelicycle run -m MODEL -n 4` makes some, and the page shows them as they come.");
        }
        tokio::select! {
            ended = serve(listener, Arc::clone(&booth)) => ended.context("the server failed"),
            () = signals.next() => Ok(()),
        }
    });
    // Waits for a vote that is being written.
    let given = booth.given();
    runtime.shutdown_background();
    let settled = match (booth.is_settled(), args.looks) {
        (false, _) => "",
        (true, false) => " It is settled which side draws better.",
        (true, true) => " It is settled whether looks help.",
    };
    if given == 0 {
        say_error(&format!("No votes were given.{settled}"));
    } else {
        let votes = plural(given as u64, "vote");
        say_error(&format!("{votes} kept in {}.{settled} Next: {next}", place.display()));
    }
    served.map(|()| ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_served() {
        for (text, expected) in [
            ("8000", "127.0.0.1:8000"),
            ("localhost:80", "127.0.0.1:80"),
            ("[::1]:8000", "[::1]:8000"),
            (ADDRESS, "127.0.0.1:8766"),
        ] {
            assert_eq!(loopback(text).unwrap().to_string(), expected);
        }
        for text in ["0.0.0.0:8000", "[::]:8000", "192.168.0.7:8000", "example.org:80"] {
            assert!(loopback(text).is_err(), "{text}");
        }
    }
}
