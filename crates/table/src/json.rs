//! JSON, one object a line.

use std::io::Write;

use serde_json::{Map, Number, Value};

use super::{Heading, TableCell, TableError, TableWriter};

/// A table as JSON Lines: every object has every column, null where it is absent.
#[derive(Debug)]
pub struct JsonLines<W: Write> {
    out: W,
    headings: Vec<Heading>,
}

impl<W: Write> JsonLines<W> {
    /// Begins a table.
    pub fn new(out: W, headings: &[Heading]) -> Self {
        Self { out, headings: headings.to_vec() }
    }
}

impl<W: Write> TableWriter for JsonLines<W> {
    fn row(&mut self, cells: &[TableCell<'_>]) -> Result<(), TableError> {
        let mut line = object(&self.headings, cells).to_string();
        line.push('\n');
        Ok(self.out.write_all(line.as_bytes())?)
    }

    fn finish(mut self: Box<Self>) -> Result<(), TableError> {
        Ok(self.out.flush()?)
    }
}

/// A row as an object.
#[must_use]
pub fn object(headings: &[Heading], cells: &[TableCell<'_>]) -> Value {
    let members: Map<String, Value> =
        headings.iter().zip(cells).map(|(heading, cell)| (heading.name.to_owned(), value(cell))).collect();
    Value::Object(members)
}

fn value(cell: &TableCell<'_>) -> Value {
    match cell {
        TableCell::Absent => Value::Null,
        TableCell::Text(text) => Value::String(text.clone().into_owned()),
        TableCell::Whole(number) => Value::from(*number),
        TableCell::Number(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        TableCell::Truth(truth) => Value::Bool(*truth),
        TableCell::Moment(moment) => Value::String(moment.to_string()),
        TableCell::Day(day) => Value::String(day.to_string()),
    }
}
