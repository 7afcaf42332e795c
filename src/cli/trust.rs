//! The flag by which a user trusts the working folder.

/// Whether the working folder is trusted.
#[derive(Debug, clap::Args)]
pub(super) struct TrustArgs {
    /// Let this folder's pelicycle.toml and .env say where your own keys go, and run the commands under `keys` there.
    #[arg(long, env = "PELICYCLE_TRUST_FOLDER", value_parser = clap::builder::FalseyValueParser::new())]
    pub(super) trust_folder: bool,
}
