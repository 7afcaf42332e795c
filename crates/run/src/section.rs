//! Sections of pelicycle.toml that have sampling settings among keys of their own.
//!
//! Serde's `flatten` would let unknown keys pass and forget on which line a mistake is, so the two parts are told apart
//! while they are read.

use std::marker::PhantomData;

use pelicycle_record::SamplingSettings;
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Error, IntoDeserializer as _, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};

use crate::MAX_LOOKS;

/// A section that has sampling settings.
pub(crate) trait SamplingSection: Sized {
    /// Reads the section's own keys, as a derived `Deserialize` does.
    fn own<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error>;

    /// Puts the settings beside them.
    fn set_sampling(&mut self, sampling: SamplingSettings);
}

/// Reads a section whole.
pub(crate) fn read<'de, S: SamplingSection, D: Deserializer<'de>>(from: D) -> Result<S, D::Error> {
    from.deserialize_map(SectionVisitor(PhantomData))
}

/// Reads a number of looks.
pub(crate) fn looks<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    let looks = u32::deserialize(from)?;
    match looks > MAX_LOOKS {
        true => Err(Error::custom(format_args!("there can be at most {MAX_LOOKS} looks"))),
        false => Ok(Some(looks)),
    }
}

struct SectionVisitor<S>(PhantomData<S>);

impl<'de, S: SamplingSection> Visitor<'de> for SectionVisitor<S> {
    type Value = S;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<S, A::Error> {
        let mut sampling = SamplingSettings::default();
        let mut section = S::own(OwnKeys { map, names: &[], sampling: &mut sampling })?;
        section.set_sampling(sampling);
        Ok(section)
    }
}

/// The keys of a table without the sampling settings, which are taken out on the way.
struct OwnKeys<'a, A> {
    map: A,
    /// The names of the section's own keys; any other is a mistake.
    names: &'static [&'static str],
    sampling: &'a mut SamplingSettings,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for OwnKeys<'_, A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_map(OwnKeys { names, ..self })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for OwnKeys<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let mut seed = Some(seed);
        loop {
            match self.map.next_key_seed(KeySeed { own: &mut seed, names: self.names })? {
                None => return Ok(None),
                Some(Key::Own(key)) => return Ok(Some(key)),
                Some(Key::Setting(name)) => {
                    let read = self.map.next_value_seed(SettingSeed(name))?;
                    *self.sampling = read.or(self.sampling);
                }
            }
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

enum Key<K> {
    Own(K),
    Setting(&'static str),
}

/// Reads a key; the seed of the section's own keys is used up by the first of them.
struct KeySeed<'a, K> {
    own: &'a mut Option<K>,
    names: &'static [&'static str],
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for KeySeed<'_, K> {
    type Value = Key<K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        let key = String::deserialize(from)?;
        if let Some(name) = SamplingSettings::NAMES.iter().find(|name| **name == key) {
            return Ok(Key::Setting(name));
        }
        if !self.names.contains(&key.as_str()) {
            let known: Vec<&str> = self.names.iter().chain(SamplingSettings::NAMES).copied().collect();
            let known = known.join("`, `");
            return Err(Error::custom(format_args!("unknown field `{key}`, expected one of `{known}`")));
        }
        let seed = self.own.take().ok_or_else(|| Error::custom("a key is read once"))?;
        seed.deserialize(key.into_deserializer()).map(Key::Own)
    }
}

/// Reads the value of one setting, as settings in which only it is given.
struct SettingSeed(&'static str);

impl<'de> DeserializeSeed<'de> for SettingSeed {
    type Value = SamplingSettings;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<SamplingSettings, D::Error> {
        let only = OneEntry { key: Some(self.0), value: Some(from) };
        let settings = SamplingSettings::deserialize(MapAccessDeserializer::new(only))?;
        match settings.max_tokens {
            Some(0) => Err(Error::invalid_value(Unexpected::Unsigned(0), &"a nonzero u32")),
            _ => Ok(settings),
        }
    }
}

/// A table of one entry.
struct OneEntry<D> {
    key: Option<&'static str>,
    value: Option<D>,
}

impl<'de, D: Deserializer<'de>> MapAccess<'de> for OneEntry<D> {
    type Error = D::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, D::Error> {
        self.key.take().map(|key| seed.deserialize(BorrowedStrDeserializer::new(key))).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, D::Error> {
        let value = self.value.take().ok_or_else(|| Error::custom("a value is read once"))?;
        seed.deserialize(value)
    }
}
