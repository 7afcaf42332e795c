//! Apache Parquet: columns of declared types, so that nothing has to be guessed on reading.

use std::io::Write;
use std::sync::Arc;

use jiff::civil::Date;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use pelicycle_table::{ColumnHeading, ColumnKind, TableCell, TableError, TableWriter};

/// Rows of a group, at most: a group is held in memory.
const GROUP_ROWS: usize = 10_000;
/// Bytes of text of a group, about.
const GROUP_BYTES: usize = 64 << 20;

/// A table as Parquet: every column may be absent, moments are microseconds in UTC, nothing is compressed.
pub struct Parquet<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Values>,
    rows: usize,
    bytes: usize,
}

/// The values of a column that are there, and for each row whether it is.
struct Values {
    present: Vec<i16>,
    kind: KindValues,
}

enum KindValues {
    Text(Vec<ByteArray>),
    Whole(Vec<i64>),
    Number(Vec<f64>),
    Truth(Vec<bool>),
    Moment(Vec<i64>),
    Day(Vec<i32>),
}

impl<W: Write + Send> Parquet<W> {
    /// Begins a table with its heads.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn new(out: W, headings: &[ColumnHeading]) -> Result<Self, TableError> {
        Self::begin(out, headings).map_err(failed)
    }

    fn begin(out: W, headings: &[ColumnHeading]) -> Result<Self, ParquetError> {
        let fields = headings.iter().map(|heading| field(heading).map(Arc::new)).collect::<Result<_, _>>()?;
        let schema = Arc::new(Type::group_type_builder("attempts").with_fields(fields).build()?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::UNCOMPRESSED)
            .set_created_by(concat!("pelicycle ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let columns = headings.iter().map(|heading| Values::new(heading.kind)).collect();
        let writer = SerializedFileWriter::new(out, TypePtr::clone(&schema), Arc::new(properties))?;
        Ok(Self { writer, columns, rows: 0, bytes: 0 })
    }

    /// Writes the rows that wait as one group.
    fn flush(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for values in &mut self.columns {
            let Some(mut column) = group.next_column()? else { break };
            values.write(&mut column)?;
            column.close()?;
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

impl<W: Write + Send> TableWriter for Parquet<W> {
    fn row(&mut self, cells: &[TableCell<'_>]) -> Result<(), TableError> {
        for (values, cell) in self.columns.iter_mut().zip(cells) {
            values.push(cell);
            self.bytes += if let TableCell::Text(text) = cell { text.len() } else { 8 };
        }
        self.rows += 1;
        if self.rows < GROUP_ROWS && self.bytes < GROUP_BYTES {
            return Ok(());
        }
        self.flush().map_err(failed)
    }

    fn finish(mut self: Box<Self>) -> Result<(), TableError> {
        self.flush().map_err(failed)?;
        self.writer.close().map_err(failed)?;
        Ok(())
    }
}

fn failed(error: ParquetError) -> TableError {
    TableError::Format { format: "Parquet", source: Box::new(error) }
}

fn field(heading: &ColumnHeading) -> Result<Type, ParquetError> {
    let (physical, logical) = match heading.kind {
        ColumnKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        ColumnKind::Whole => (Physical::INT64, Some(LogicalType::integer(64, false))),
        ColumnKind::Number => (Physical::DOUBLE, None),
        ColumnKind::Truth => (Physical::BOOLEAN, None),
        ColumnKind::Moment => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        ColumnKind::Day => (Physical::INT32, Some(LogicalType::Date)),
    };
    Type::primitive_type_builder(heading.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}

impl Values {
    fn new(kind: ColumnKind) -> Self {
        let kind = match kind {
            ColumnKind::Text => KindValues::Text(Vec::new()),
            ColumnKind::Whole => KindValues::Whole(Vec::new()),
            ColumnKind::Number => KindValues::Number(Vec::new()),
            ColumnKind::Truth => KindValues::Truth(Vec::new()),
            ColumnKind::Moment => KindValues::Moment(Vec::new()),
            ColumnKind::Day => KindValues::Day(Vec::new()),
        };
        Self { present: Vec::new(), kind }
    }

    /// Adds a cell; one of another kind than the column's is none.
    fn push(&mut self, cell: &TableCell<'_>) {
        let there = match (&mut self.kind, cell) {
            (KindValues::Text(values), TableCell::Text(text)) => {
                values.push(ByteArray::from(text.as_bytes().to_vec()));
                true
            }
            (KindValues::Whole(values), TableCell::Whole(number)) => {
                // The same bits: the column is declared unsigned.
                values.push(number.cast_signed());
                true
            }
            (KindValues::Number(values), TableCell::Number(number)) if number.is_finite() => {
                values.push(*number);
                true
            }
            (KindValues::Truth(values), TableCell::Truth(truth)) => {
                values.push(*truth);
                true
            }
            (KindValues::Moment(values), TableCell::Moment(moment)) => {
                values.push(moment.as_microsecond());
                true
            }
            (KindValues::Day(values), TableCell::Day(day)) => {
                values.push(days(*day));
                true
            }
            _ => false,
        };
        self.present.push(i16::from(there));
    }

    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let present = std::mem::take(&mut self.present);
        match &mut self.kind {
            KindValues::Text(values) => batch::<ByteArrayType>(column, values, &present),
            KindValues::Whole(values) | KindValues::Moment(values) => {
                batch::<Int64Type>(column, values, &present)
            }
            KindValues::Number(values) => batch::<DoubleType>(column, values, &present),
            KindValues::Truth(values) => batch::<BoolType>(column, values, &present),
            KindValues::Day(values) => batch::<Int32Type>(column, values, &present),
        }
    }
}

fn batch<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    values: &mut Vec<T::T>,
    present: &[i16],
) -> Result<(), ParquetError> {
    column.typed::<T>().write_batch(&std::mem::take(values), Some(present), None)?;
    Ok(())
}

/// Days since the beginning of 1970.
fn days(day: Date) -> i32 {
    const EPOCH: Date = Date::constant(1970, 1, 1);
    // A civil date is at most some four million days away.
    day.since(EPOCH).map_or(0, |span| span.get_days())
}
