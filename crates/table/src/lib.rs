//! Tables of attempts for other programs: one row an attempt, in formats that notebooks and databases read.

mod cell;
mod csv;
mod json;
mod row;

pub use cell::{Cell, Heading, Kind};
pub use csv::Csv;
pub use json::{JsonLines, object};
pub use row::{headings, row};

/// A table that takes rows one by one.
pub trait Table {
    /// Adds a row: a cell for each heading, of its kind or absent.
    ///
    /// # Errors
    /// When it cannot be written.
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), TableError>;

    /// Writes what is left to write.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(self: Box<Self>) -> Result<(), TableError>;
}

/// A table could not be written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum TableError {
    #[error("the table could not be written: {0}")]
    Write(#[from] std::io::Error),
    #[error("the table could not be written as {format}: {source}")]
    Format { format: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
}
