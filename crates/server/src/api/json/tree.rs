//! JSON text into a tree, strictly: no key twice, nothing deep, nothing endless.
//!
//! What two parsers read differently is a hole between them, so whatever is
//! ambiguous is refused here, before anything is made of it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use crate::api::limits::JSON_DEPTH_MAX;

/// A JSON value.
#[derive(Debug)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    Whole(i64),
    Other,
    Text(String),
    List(Vec<Self>),
    Fields(BTreeMap<String, Self>),
}

/// Why a text is not JSON that is taken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    Syntax,
    SameKeyTwice,
    TooDeep,
    TooMany,
}

impl Unreadable {
    /// What is asked for instead.
    pub(crate) const fn rule(self) -> &'static str {
        match self {
            Self::Syntax => "one JSON document in UTF-8",
            Self::SameKeyTwice => "each key once",
            Self::TooDeep => "less deeply nested",
            Self::TooMany => "fewer values",
        }
    }
}

/// Reads one document of so many values at most.
pub(crate) fn read(bytes: &[u8], values_max: usize) -> Result<Tree, Unreadable> {
    let found = Found {
        left: Cell::new(values_max),
        why: Cell::new(Unreadable::Syntax),
    };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let tree = Seed {
        depth: 0,
        found: &found,
    }
    .deserialize(&mut reader)
    .map_err(|_| found.why.get())?;
    reader.end().map_err(|_| Unreadable::Syntax)?;
    Ok(tree)
}

/// What is left of the budget, and why reading stopped.
struct Found {
    left: Cell<usize>,
    why: Cell<Unreadable>,
}

impl Found {
    fn stop<E: de::Error>(&self, why: Unreadable) -> E {
        self.why.set(why);
        E::custom(why.rule())
    }
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    depth: usize,
    found: &'a Found,
}

impl Seed<'_> {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth >= JSON_DEPTH_MAX {
            return Err(self.found.stop(Unreadable::TooDeep));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Tree;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        match self.found.left.get().checked_sub(1) {
            Some(left) => self.found.left.set(left),
            None => return Err(self.found.stop(Unreadable::TooMany)),
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Whole(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Tree, E> {
        Ok(i64::try_from(value).map_or(Tree::Other, Tree::Whole))
    }

    // No field of this API is a fraction.
    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Tree::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let inner = self.deeper()?;
        let mut fields = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            // Looked for before the value is read: the second one is not even parsed.
            if fields.contains_key(&key) {
                return Err(self.found.stop(Unreadable::SameKeyTwice));
            }
            fields.insert(key, map.next_value_seed(inner)?);
        }
        Ok(Tree::Fields(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::limits::JSON_VALUES_MAX;

    #[test]
    fn one_document_is_read_and_what_is_ambiguous_is_not() {
        let check = |text: &str| read(text.as_bytes(), JSON_VALUES_MAX).map(|_| ());
        assert_eq!(check(r#"{"a": [1, {"b": null}], "c": "中"}"#), Ok(()));
        for (text, why) in [
            ("", Unreadable::Syntax),
            ("{} {}", Unreadable::Syntax),
            ("{'a': 1}", Unreadable::Syntax),
            (r#"{"a": 1,}"#, Unreadable::Syntax),
            (r#"{"a": NaN}"#, Unreadable::Syntax),
            (r#"{"a": "\ud800"}"#, Unreadable::Syntax),
            (r#"{"a": 1, "a": 1}"#, Unreadable::SameKeyTwice),
            (r#"{"a": 1, "\u0061": 2}"#, Unreadable::SameKeyTwice),
            (r#"[{"b": {"a": 1, "a": 2}}]"#, Unreadable::SameKeyTwice),
            ("[[[[[1]]]]]", Unreadable::TooDeep),
        ] {
            assert_eq!(check(text), Err(why), "{text}");
        }
        assert_eq!(
            read(b"{\"a\": \"\xff\"}", JSON_VALUES_MAX).map(|_| ()),
            Err(Unreadable::Syntax)
        );
    }

    #[test]
    fn a16_and_e12_depth_and_number_of_values_are_bounded() {
        let deep = format!("{}{}", "[".repeat(8_000), "]".repeat(8_000));
        assert_eq!(
            read(deep.as_bytes(), JSON_VALUES_MAX).unwrap_err(),
            Unreadable::TooDeep
        );
        let long = format!("[{}1]", "1,".repeat(7_000));
        assert_eq!(
            read(long.as_bytes(), JSON_VALUES_MAX).unwrap_err(),
            Unreadable::TooMany
        );
    }
}
