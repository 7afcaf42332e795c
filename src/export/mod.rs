//! Tables of attempts for other programs: one row an attempt, in formats that notebooks and databases read.

mod cell;
mod csv;
mod json;
mod parquet;
mod row;

pub use cell::{Cell, Heading, Kind};
pub use csv::Csv;
pub use json::{JsonLines, object};
pub use parquet::Parquet;
pub use row::{headings, row};

/// A table that takes rows one by one.
pub trait Table {
    /// Adds a row: a cell for each heading, of its kind or absent.
    ///
    /// # Errors
    /// When it cannot be written.
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError>;

    /// Writes what is left to write.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(self: Box<Self>) -> Result<(), ExportError>;
}

/// A table could not be written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ExportError {
    #[error("the table could not be written: {0}")]
    Write(#[from] std::io::Error),
    #[error("the table could not be written as Parquet: {0}")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}
