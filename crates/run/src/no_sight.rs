//! The reasons why a contestant can't be shown what it drew.

/// The reason why a contestant can't be shown what it drew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSight {
    /// Its replies lie ready.
    #[error("its replies lie ready, and nobody can be shown anything")]
    Given,
    /// It is asked in a batch.
    #[error("in a batch nobody waits for the drawing that it would be shown")]
    Batch,
    /// It is the model inside this program.
    #[error("the model inside pelicycle reads text alone")]
    Bundled,
    /// It is a model file that no projector was found for.
    #[error("no projector (mmproj-*.gguf) that was made for it lies beside it")]
    NoProjector,
    /// It is a model file whose projector can't be used.
    #[error("its projector can't be used: {0}")]
    Projector(String),
    /// The table of services says so.
    #[error(
        "it takes no pictures, as far as is known; if it does, say `pictures = {{ \"{model}\" = true }}` under \
         [providers.{provider}] in pelicycle.toml"
    )]
    Service {
        /// The service.
        provider: String,
        /// Its name for the model.
        model: String,
    },
}
