//! The reasons why a service can't be asked.

/// The reason why a service can't be asked.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ServiceError {
    #[error("no provider {name:?} is known{known} [providers.{name}] in pelicycle.toml adds one")]
    Unknown { name: String, known: String },
    #[error("{provider} needs a key: set {variables}")]
    NoKey { provider: String, variables: String },
    #[error("the key in {variable} has characters that no key has, such as a line break within it")]
    BadKey { variable: String },
    #[error(
        "{provider} would be asked at {address} (by {from}), with the value of {variable}, which is yours and not \
         this folder's; if that address may have it, give --trust-folder or say the address in your own \
         configuration file (docs/providers.md#keys)"
    )]
    Foreign { provider: String, address: String, from: String, variable: String },
    #[error("the address of {provider}, from {from}, can't be used: {why}")]
    Address { provider: String, from: String, why: String },
    #[error("a header of {provider} can't be sent: {header:?}")]
    Header { provider: String, header: String },
    #[error("no connection to {provider} can be prepared: {why}")]
    Client { provider: String, why: String },
}
