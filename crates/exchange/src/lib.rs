//! Other programs' files: replies that other tools kept come in, tables for notebooks go out.
//!
//! [`import`] reads the logs of the `llm` tool and folders of drawings, and keeps what it finds as attempts, checked as
//! any other, each only once; [`Parquet`] writes attempts as columns. SQLite and Parquet, the heaviest of the libraries, are
//! used here alone.
//!
//! It asks no model and knows no command line, and what a source does not tell stays unknown.
//!
//! Start reading at [`import::Importer`] in `import/keep.rs`; each kind of source has a file or folder beside it.

pub mod import;
mod parquet;

pub use parquet::Parquet;
