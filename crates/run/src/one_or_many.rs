//! Lists of pelicycle.toml that may be written as one text where they have one member.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A list, or one member of it.
struct OneOrMany(Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<OneOrMany, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, one: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![one.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element()? {
                    all.push(one);
                }
                Ok(OneOrMany(all))
            }
        }

        from.deserialize_any(Members)
    }
}

/// Reads one list.
pub(crate) fn list<'de, T: From<String>, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(OneOrMany::deserialize(from)?.0.into_iter().map(T::from).collect())
}

/// Reads lists by name.
pub(crate) fn lists<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Vec<String>>, D::Error> {
    let all = BTreeMap::<String, OneOrMany>::deserialize(from)?;
    Ok(all.into_iter().map(|(name, list)| (name, list.0)).collect())
}
