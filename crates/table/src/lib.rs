//! Tables of attempts for other programs: one row an attempt, in formats that notebooks and databases read.
//!
//! [`headings`] name the columns and [`row`] fills them from a record: that is the one place where it is said what a table
//! of attempts holds. A [`TableWriter`] takes rows one by one; [`Csv`] and [`JsonLines`] are here, and Parquet, whose
//! library is heavy, is in the crate of exchange. A column is never renamed or given another meaning once it was published.
//!
//! It knows no store and no terminal: records come in, bytes go out.
//!
//! Start reading at `row.rs`, the table of columns, and `cell.rs`.

mod cell;
mod csv;
mod json;
mod row;

pub use cell::{ColumnHeading, ColumnKind, TableCell};
pub use csv::Csv;
pub use json::{JsonLines, write_object};
pub use row::{headings, row};

/// A table that takes rows one by one.
pub trait TableWriter {
    /// Adds a row: a cell for each heading, of its kind or absent.
    ///
    /// # Errors
    /// When it cannot be written.
    fn row(&mut self, cells: &[TableCell<'_>]) -> Result<(), TableError>;

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
