//! Metadata by key and expected type. A key that is absent is `None`; one of another type is an error.

use super::error::{GgufError, GgufFault};
use super::file::Gguf;
use super::value::{MetadataArray, MetadataValue};

macro_rules! required {
    ($(#[doc = $doc:literal] $required:ident = $optional:ident -> $type:ty;)*) => {
        $(
            #[doc = $doc]
            ///
            /// # Errors
            /// When the key is absent or has another type.
            pub fn $required(&self, key: &str) -> Result<$type, GgufError> {
                self.$optional(key)?.ok_or_else(|| self.missing_key(key))
            }
        )*
    };
}

/// Every getter errs when the key has another type than asked for, or a number does not fit.
#[expect(clippy::missing_errors_doc, reason = "said once for all of them")]
impl Gguf {
    required! {
        /// A string that must be there.
        require_str = str -> &str;
        /// An integer that must be there.
        require_u32 = u32 -> u32;
        /// An integer that must be there.
        require_u64 = u64 -> u64;
        /// A number that must be there.
        require_f32 = f32 -> f32;
        /// A list of strings that must be there.
        require_strings = strings -> &[String];
    }

    /// The error for a key that must be there and is not.
    pub(crate) fn missing_key(&self, key: &str) -> GgufError {
        self.fail(GgufFault::MissingKey(key.to_owned()))
    }

    fn typed<'a, T>(
        &'a self,
        key: &str,
        expected: &'static str,
        get: impl FnOnce(&'a MetadataValue) -> Option<T>,
    ) -> Result<Option<T>, GgufError> {
        let Some(value) = self.metadata().get(key) else { return Ok(None) };
        match get(value) {
            Some(found) => Ok(Some(found)),
            None => {
                Err(self.fail(GgufFault::KeyType { key: key.to_owned(), expected, found: value.describe() }))
            }
        }
    }

    /// A string.
    pub fn str(&self, key: &str) -> Result<Option<&str>, GgufError> {
        self.typed(key, "a string", |value| match value {
            MetadataValue::String(s) => Some(s.as_str()),
            _ => None,
        })
    }

    /// An integer of any type that fits 32 bits without a sign, or a list of one such integer over and over, which
    /// some converters write where each layer has the same.
    pub fn u32(&self, key: &str) -> Result<Option<u32>, GgufError> {
        self.typed(key, "an integer from 0 to 4294967295", |value| u32::try_from(single(value)?).ok())
    }

    /// An integer of any type that fits 64 bits without a sign, or a list of equal ones.
    pub fn u64(&self, key: &str) -> Result<Option<u64>, GgufError> {
        self.typed(key, "an integer that is not negative", |value| u64::try_from(single(value)?).ok())
    }

    /// A number of any type, rounded to 32 bits, or a list of equal ones.
    pub fn f32(&self, key: &str) -> Result<Option<f32>, GgufError> {
        self.typed(key, "a number", |value| match value {
            MetadataValue::F32(x) => Some(*x),
            MetadataValue::F64(x) => Some(*x as f32),
            MetadataValue::Array(MetadataArray::F32(list)) => equal(list),
            MetadataValue::Array(MetadataArray::F64(list)) => equal(list).map(|x| x as f32),
            _ => single(value).map(|n| n as f32),
        })
    }

    /// A boolean, which may be written as the integer 0 or 1, or a list of equal ones.
    pub fn bool(&self, key: &str) -> Result<Option<bool>, GgufError> {
        self.typed(key, "a boolean", |value| match value {
            MetadataValue::Bool(b) => Some(*b),
            MetadataValue::Array(MetadataArray::Bool(list)) => equal(list),
            _ => match single(value)? {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            },
        })
    }

    /// A list of strings.
    pub fn strings(&self, key: &str) -> Result<Option<&[String]>, GgufError> {
        self.typed(key, "a list of strings", |value| match value {
            MetadataValue::Array(MetadataArray::String(strings)) => Some(strings.as_slice()),
            _ => None,
        })
    }

    /// A list of numbers, rounded to 32 bits.
    pub fn f32s(&self, key: &str) -> Result<Option<Vec<f32>>, GgufError> {
        self.typed(key, "a list of numbers", |value| match value {
            MetadataValue::Array(MetadataArray::F32(numbers)) => Some(numbers.clone()),
            MetadataValue::Array(MetadataArray::F64(numbers)) => {
                Some(numbers.iter().map(|&x| x as f32).collect())
            }
            MetadataValue::Array(array) => Some(array.integers()?.into_iter().map(|n| n as f32).collect()),
            _ => None,
        })
    }

    /// A list of integers of any type that fit 32 bits without a sign.
    pub fn u32s(&self, key: &str) -> Result<Option<Vec<u32>>, GgufError> {
        self.integers(key, "a list of integers from 0 to 4294967295")
    }

    /// A list of integers of any type that fit 32 bits with a sign.
    pub fn i32s(&self, key: &str) -> Result<Option<Vec<i32>>, GgufError> {
        self.integers(key, "a list of integers of 32 bits")
    }

    fn integers<T: TryFrom<i128>>(
        &self,
        key: &str,
        expected: &'static str,
    ) -> Result<Option<Vec<T>>, GgufError> {
        self.typed(key, expected, |value| match value {
            MetadataValue::Array(array) => {
                array.integers()?.into_iter().map(|n| T::try_from(n).ok()).collect()
            }
            _ => None,
        })
    }

    /// A list of booleans, which may be written as the integers 0 and 1.
    pub fn bools(&self, key: &str) -> Result<Option<Vec<bool>>, GgufError> {
        self.typed(key, "a list of booleans", |value| match value {
            MetadataValue::Array(MetadataArray::Bool(bools)) => Some(bools.clone()),
            MetadataValue::Array(list) => {
                let bit = |n: i128| matches!(n, 0 | 1).then_some(n == 1);
                list.integers()?.into_iter().map(bit).collect()
            }
            _ => None,
        })
    }

    /// An integer for each of `layers` layers, from a list with at least that many entries or from one integer
    /// that stands for all.
    pub fn u32_per_layer(&self, key: &str, layers: usize) -> Result<Option<Vec<u32>>, GgufError> {
        if !matches!(self.metadata().get(key), Some(MetadataValue::Array(_))) {
            return Ok(self.u32(key)?.map(|one| vec![one; layers]));
        }
        let Some(mut list) = self.u32s(key)? else { return Ok(None) };
        if list.len() < layers {
            let key = key.to_owned();
            return Err(self.fail(GgufFault::KeyLength { key, expected: layers, found: list.len() }));
        }
        list.truncate(layers);
        Ok(Some(list))
    }
}

/// An integer, alone or as a list of equal ones.
fn single(value: &MetadataValue) -> Option<i128> {
    let MetadataValue::Array(list) = value else { return value.as_integer() };
    equal(&list.integers()?)
}

/// The value of a list of equal ones.
fn equal<T: Copy + PartialEq>(list: &[T]) -> Option<T> {
    let first = *list.first()?;
    list.iter().all(|&other| other == first).then_some(first)
}
