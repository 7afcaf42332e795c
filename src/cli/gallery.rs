//! `pelicycle gallery`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use pelicycle_record::JudgeRecord;
use pelicycle_run::Config;
use pelicycle_serve::LiveGallery;
use pelicycle_serve::vote::GalleryVoting;
use pelicycle_site::{BaseUrl, BuildReport, GalleryOptions, RebuiltGallery, rebuild};
use pelicycle_store::Store;
use pelicycle_text as text;

use super::error::usage;
use super::listen::{ADDRESS, address};
use super::output::{attempts_and_looks, say, say_damaged, say_error};
use super::{GlobalOptions, recheck, serve, site, vote};

/// Rebuild the gallery from the results.
///
/// Only what changed is written. The folder can be deleted at any time: it is made anew from the results. Replies that could not
/// be checked are checked first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle gallery                   build from results/ into gallery/
  pelicycle gallery --out site --base-url https://example.org/pelicans
                                      build to be published there (docs/publishing.md)
  pelicycle gallery --serve           watch drawings arrive, at http://127.0.0.1:8765/
  pelicycle gallery --results other   build from other results")]
pub(crate) struct GalleryArgs {
    /// Build into this folder instead of the one that --gallery names.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// A folder of prompts beside the bundled ones, whose rubrics drawings are held against.
    #[arg(long, value_name = "DIR")]
    prompts: Option<PathBuf>,
    /// The address where the site will be found: its pages get pictures for links to them, and it gets a feed and a
    /// map for crawlers.
    #[arg(long, value_name = "URL", env = "PELICYCLE_BASE_URL")]
    base_url: Option<BaseUrl>,
    /// Empty a gallery that shows attempts where none is left in the results.
    #[arg(long)]
    allow_empty: bool,
    /// Show it to browsers on this machine until Ctrl-C, and rebuild it as attempts come. ADDR is a port, or an address
    /// and a port for others to read it too.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = ADDRESS, value_parser = address)]
    serve: Option<SocketAddr>,
    /// The name that votes are kept under in the gallery that --serve shows on this machine; your user's name when
    /// nothing is said.
    #[arg(long, value_name = "NAME", requires = "serve")]
    voter: Option<String>,
}

pub(crate) fn gallery(global: &GlobalOptions, args: &GalleryArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    let config = Config::load(None)?;
    let library = config.library(args.prompts.as_deref())?;
    site::tell_unknown_leads(&config, &library, store.root());
    let options = GalleryOptions {
        base: args.base_url.clone(),
        site: site::settings(&config.site)?,
        allow_empty: args.allow_empty,
        now: None,
    };
    let out = args.out.as_deref().unwrap_or(&global.gallery);
    recheck::before_gallery(&store);
    if let Some(address) = args.serve {
        let voter = voter(address, args.voter.as_deref())?;
        let voting = voter.map(|voter| Arc::new(GalleryVoting::new(store.clone(), voter, say_error)));
        return serve::serve(LiveGallery { store, library, out: out.to_owned(), options, voting }, address);
    }
    let rebuilt = rebuild(&store, &library, out, &options)?;
    tell(&store, &rebuilt);
    say(&rebuilt.report.index.display().to_string());
    Ok(ExitCode::SUCCESS)
}

/// The voter in a gallery that is served at an address; nobody where others reach it too.
///
/// # Errors
/// A name that nobody can vote by, or any where nobody votes.
fn voter(address: SocketAddr, named: Option<&str>) -> anyhow::Result<Option<JudgeRecord>> {
    if address.ip().is_loopback() {
        return vote::who(named, "--voter").map(Some);
    }
    match named {
        None => Ok(None),
        Some(_) => usage(&format!(
            "--voter is for a gallery of this machine alone: others reach {} too, and whoever reaches it would vote in \
             your name; leave out --voter, or serve it at 127.0.0.1:{}",
            address.ip(),
            address.port()
        )),
    }
}

/// Says what was built, and what could not be.
pub(super) fn tell(store: &Store, RebuiltGallery { report, damaged }: &RebuiltGallery) {
    say_damaged(store, damaged);
    for (path, why) in &report.problems {
        say_error(&format!("left out {}: {why}", path.display()));
    }
    let mut counts = attempts_and_looks(report.attempts, report.looks);
    if !damaged.is_empty() {
        counts.push_str(&format!(", {} skipped", text::plural(damaged.len() as u64, "damaged record")));
    }
    let BuildReport { written, unchanged, removed, .. } = report;
    say(&format!("{counts}; {written} files written, {unchanged} unchanged, {removed} removed"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_votes_where_others_reach_the_gallery() {
        let own: SocketAddr = "127.0.0.1:8765".parse().unwrap();
        let others: SocketAddr = "0.0.0.0:80".parse().unwrap();
        assert_eq!(voter(own, Some("Ada")).unwrap().unwrap().name, "Ada");
        assert!(voter(own, Some("")).is_err() && voter(others, Some("Ada")).is_err());
        assert!(voter(others, None).unwrap().is_none());
    }
}
