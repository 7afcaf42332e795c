//! Columns and the values that stand in them.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

/// The kind of values that a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text; some of it was written by models and services.
    Text,
    /// A whole number from 0.
    Whole,
    /// A number.
    Number,
    /// True or false.
    Truth,
    /// A moment in time, in UTC.
    Moment,
    /// A day.
    Day,
}

/// One value; what is unknown is absent, never zero.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the kinds of columns, which are explained there")]
pub enum TableCell<'a> {
    Absent,
    Text(Cow<'a, str>),
    Whole(u64),
    Number(f64),
    Truth(bool),
    Moment(Timestamp),
    Day(Date),
}

/// The head of a column.
#[derive(Debug, Clone, Copy)]
pub struct ColumnHeading {
    /// Its name: `snake_case`, never changed once it was published.
    pub name: &'static str,
    /// The kind of its values.
    pub kind: ColumnKind,
    /// A sentence on what that is, with its unit.
    pub about: &'static str,
}

impl TableCell<'_> {
    /// The kind of the value; none where it is absent.
    #[must_use]
    pub fn kind(&self) -> Option<ColumnKind> {
        Some(match self {
            TableCell::Absent => return None,
            TableCell::Text(_) => ColumnKind::Text,
            TableCell::Whole(_) => ColumnKind::Whole,
            TableCell::Number(_) => ColumnKind::Number,
            TableCell::Truth(_) => ColumnKind::Truth,
            TableCell::Moment(_) => ColumnKind::Moment,
            TableCell::Day(_) => ColumnKind::Day,
        })
    }
}

impl<'a> From<&'a str> for TableCell<'a> {
    fn from(text: &'a str) -> Self {
        TableCell::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for TableCell<'a> {
    fn from(text: &'a String) -> Self {
        TableCell::Text(Cow::Borrowed(text))
    }
}

impl From<String> for TableCell<'_> {
    fn from(text: String) -> Self {
        TableCell::Text(Cow::Owned(text))
    }
}

impl From<u64> for TableCell<'_> {
    fn from(number: u64) -> Self {
        TableCell::Whole(number)
    }
}

impl From<u32> for TableCell<'_> {
    fn from(number: u32) -> Self {
        TableCell::Whole(u64::from(number))
    }
}

impl From<usize> for TableCell<'_> {
    fn from(number: usize) -> Self {
        TableCell::Whole(number as u64)
    }
}

impl From<f64> for TableCell<'_> {
    fn from(number: f64) -> Self {
        TableCell::Number(number)
    }
}

/// A setting, as a person would write it: 0.8, not 0.800000012.
impl From<f32> for TableCell<'_> {
    fn from(number: f32) -> Self {
        TableCell::Number(number.to_string().parse().unwrap_or_else(|_| f64::from(number)))
    }
}

impl From<bool> for TableCell<'_> {
    fn from(truth: bool) -> Self {
        TableCell::Truth(truth)
    }
}

impl From<Timestamp> for TableCell<'_> {
    fn from(moment: Timestamp) -> Self {
        TableCell::Moment(moment)
    }
}

impl From<Date> for TableCell<'_> {
    fn from(day: Date) -> Self {
        TableCell::Day(day)
    }
}

impl<'a, T: Into<TableCell<'a>>> From<Option<T>> for TableCell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(TableCell::Absent, Into::into)
    }
}
