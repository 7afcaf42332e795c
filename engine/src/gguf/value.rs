//! Metadata values.

/// A metadata value with the type that the file gave it.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum MetadataValue {
    U8(u8),
    I8(i8),
    U16(u16),
    I16(i16),
    U32(u32),
    I32(i32),
    U64(u64),
    I64(i64),
    F32(f32),
    F64(f64),
    Bool(bool),
    String(String),
    /// A string that is not UTF-8: of no use, and no harm where nobody needs it.
    NotUtf8(Vec<u8>),
    Array(MetadataArray),
}

/// A list of values of one type.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum MetadataArray {
    U8(Vec<u8>),
    I8(Vec<i8>),
    U16(Vec<u16>),
    I16(Vec<i16>),
    U32(Vec<u32>),
    I32(Vec<i32>),
    U64(Vec<u64>),
    I64(Vec<i64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    Bool(Vec<bool>),
    String(Vec<String>),
    /// Strings of which not all are UTF-8.
    NotUtf8(Vec<Vec<u8>>),
}

impl MetadataValue {
    /// The value as an integer, whatever integer type the file chose; `None` for anything else.
    pub fn as_integer(&self) -> Option<i128> {
        match *self {
            MetadataValue::U8(n) => Some(n.into()),
            MetadataValue::I8(n) => Some(n.into()),
            MetadataValue::U16(n) => Some(n.into()),
            MetadataValue::I16(n) => Some(n.into()),
            MetadataValue::U32(n) => Some(n.into()),
            MetadataValue::I32(n) => Some(n.into()),
            MetadataValue::U64(n) => Some(n.into()),
            MetadataValue::I64(n) => Some(n.into()),
            MetadataValue::F32(_)
            | MetadataValue::F64(_)
            | MetadataValue::Bool(_)
            | MetadataValue::String(_)
            | MetadataValue::NotUtf8(_)
            | MetadataValue::Array(_) => None,
        }
    }

    /// A description for messages: the value's type, and the value where it is short.
    pub fn describe(&self) -> String {
        match self {
            MetadataValue::F32(x) => format!("the number {x}"),
            MetadataValue::F64(x) => format!("the number {x}"),
            MetadataValue::Bool(b) => format!("the boolean {b}"),
            MetadataValue::String(s) if s.len() <= 40 => format!("the string {s:?}"),
            MetadataValue::String(s) => format!("a string of {} bytes", s.len()),
            MetadataValue::NotUtf8(bytes) => format!("a string of {} bytes that are not UTF-8", bytes.len()),
            MetadataValue::Array(array) => format!("a list of {} {}", array.len(), array.type_name()),
            integer => format!("the integer {}", integer.as_integer().unwrap_or_default()),
        }
    }
}

impl MetadataArray {
    /// The number of values in the list.
    pub fn len(&self) -> usize {
        match self {
            MetadataArray::U8(v) => v.len(),
            MetadataArray::I8(v) => v.len(),
            MetadataArray::U16(v) => v.len(),
            MetadataArray::I16(v) => v.len(),
            MetadataArray::U32(v) => v.len(),
            MetadataArray::I32(v) => v.len(),
            MetadataArray::U64(v) => v.len(),
            MetadataArray::I64(v) => v.len(),
            MetadataArray::F32(v) => v.len(),
            MetadataArray::F64(v) => v.len(),
            MetadataArray::Bool(v) => v.len(),
            MetadataArray::String(v) => v.len(),
            MetadataArray::NotUtf8(v) => v.len(),
        }
    }

    /// Whether the list has no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values as integers, whatever integer type the file chose; `None` for a list of anything else.
    pub fn integers(&self) -> Option<Vec<i128>> {
        fn widen<T: Copy + Into<i128>>(values: &[T]) -> Option<Vec<i128>> {
            Some(values.iter().map(|&value| value.into()).collect())
        }
        match self {
            MetadataArray::U8(v) => widen(v),
            MetadataArray::I8(v) => widen(v),
            MetadataArray::U16(v) => widen(v),
            MetadataArray::I16(v) => widen(v),
            MetadataArray::U32(v) => widen(v),
            MetadataArray::I32(v) => widen(v),
            MetadataArray::U64(v) => widen(v),
            MetadataArray::I64(v) => widen(v),
            MetadataArray::F32(_)
            | MetadataArray::F64(_)
            | MetadataArray::Bool(_)
            | MetadataArray::String(_)
            | MetadataArray::NotUtf8(_) => None,
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            MetadataArray::F32(_) | MetadataArray::F64(_) => "numbers",
            MetadataArray::Bool(_) => "booleans",
            MetadataArray::String(_) => "strings",
            MetadataArray::NotUtf8(_) => "strings that are not all UTF-8",
            _ => "integers",
        }
    }
}
