//! Other programs' files: replies that other tools kept come in, tables for notebooks go out.
//!
//! [`import`] reads the logs of the `llm` tool and folders of drawings, and keeps what it finds as attempts, checked as
//! any other; [`Parquet`] writes attempts as columns. Nothing here asks a model or knows the command line. SQLite and
//! Parquet, the heaviest of the libraries, are used here alone.
//!
//! Start reading at [`import::Importer`].

pub mod import;
mod parquet;

pub use parquet::Parquet;
