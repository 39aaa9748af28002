//! A tree into a request body, with faults that name the field and the rule.
//!
//! serde's own messages repeat the value ("invalid type: string \"…\""), and a value
//! may be a password typed into the wrong field. These never do.

use std::collections::btree_map;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::tree::Tree;

/// Which field is wrong, and what it takes. Neither holds the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldFault {
    pub(crate) field: Option<String>,
    pub(crate) rule: String,
}

impl FieldFault {
    pub(crate) fn new(field: &str, rule: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            rule: rule.into(),
        }
    }

    fn rule(rule: impl Into<String>) -> Self {
        Self {
            field: None,
            rule: rule.into(),
        }
    }

    /// Puts what is wrong within a value into the field that holds it.
    fn within(self, outer: &str) -> Self {
        let field = match self.field {
            Some(item) if item.starts_with('[') => format!("{outer}{item}"),
            Some(inner) => format!("{outer}.{inner}"),
            None => outer.to_owned(),
        };
        Self {
            field: Some(field),
            ..self
        }
    }
}

/// Puts what is wrong with an item of a list where it stands: `[3].amount`.
fn at(index: usize, fault: FieldFault) -> FieldFault {
    fault.within(&format!("[{index}]"))
}

/// The name of a field that a caller made up, as far as it is shown back.
fn shown(field: &str) -> String {
    let plain = field
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if plain && (1..=32).contains(&field.len()) {
        field.to_owned()
    } else {
        "?".to_owned()
    }
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule)
    }
}

impl std::error::Error for FieldFault {}

impl de::Error for FieldFault {
    // Called with the words of this house's own types, which show no value.
    fn custom<T: fmt::Display>(rule: T) -> Self {
        Self::rule(rule.to_string())
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::rule(format!("must be {expected}"))
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::rule(format!("must be {expected}"))
    }

    fn invalid_length(_: usize, expected: &dyn de::Expected) -> Self {
        Self::rule(format!("must be {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::rule(format!("one of: {}", expected.join(" ")))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::new(&shown(field), "is not a field of this request")
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(field, "is missing")
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(field, "each key once")
    }
}

/// Makes a body of a tree.
pub(crate) fn read<T: DeserializeOwned>(tree: Tree) -> Result<T, FieldFault> {
    // A list would be taken for a struct field by field; a body is named fields.
    match tree {
        Tree::Fields(_) => T::deserialize(tree),
        _ => Err(FieldFault::rule("must be an object")),
    }
}

impl<'de> de::Deserializer<'de> for Tree {
    type Error = FieldFault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Whole(value) => visitor.visit_i64(value),
            Self::Other => Err(FieldFault::rule("must be a whole number of ordinary size")),
            Self::Text(value) => visitor.visit_string(value),
            Self::List(values) => visitor.visit_seq(Values(values.into_iter().enumerate())),
            Self::Fields(fields) => visitor.visit_map(Named {
                fields: fields.into_iter(),
                value: None,
            }),
        }
    }

    // An absent field is left out, not null: `null` is a wrong type wherever a value
    // belongs, so that nothing reads "no code" as "no need of one" (A03).
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, FieldFault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldFault> {
        match self {
            Self::Text(word) => {
                let word: StrDeserializer<'_, FieldFault> = word.as_str().into_deserializer();
                visitor.visit_enum(word)
            }
            _ => Err(FieldFault::rule("must be a string")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Values(std::iter::Enumerate<std::vec::IntoIter<Tree>>);

impl<'de> SeqAccess<'de> for Values {
    type Error = FieldFault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, FieldFault> {
        self.0
            .next()
            .map(|(index, value)| seed.deserialize(value).map_err(|fault| at(index, fault)))
            .transpose()
    }
}

struct Named {
    fields: btree_map::IntoIter<String, Tree>,
    value: Option<(String, Tree)>,
}

impl<'de> MapAccess<'de> for Named {
    type Error = FieldFault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, FieldFault> {
        let Some((name, value)) = self.fields.next() else {
            return Ok(None);
        };
        let key = StrDeserializer::<FieldFault>::new(&name);
        let key = seed.deserialize(key)?;
        self.value = Some((name, value));
        Ok(Some(key))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, FieldFault> {
        let Some((name, value)) = self.value.take() else {
            return Err(FieldFault::rule("a key before its value"));
        };
        seed.deserialize(value)
            .map_err(|fault| fault.within(&shown(&name)))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use tillkey_rules::vocabulary::EvidenceKind;
    use tillkey_wire::code::SmsCode;

    use super::super::tree;
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read is asked")]
    struct Body {
        kind: EvidenceKind,
        code: Option<SmsCode>,
        inspected: Option<bool>,
    }

    fn check(text: &str) -> Result<(), (String, String)> {
        read::<Body>(tree::read(text.as_bytes(), 64).unwrap())
            .map(|_| ())
            .map_err(|fault| (fault.field.unwrap_or_default(), fault.rule))
    }

    #[test]
    fn a03_a_wrong_type_names_the_field_and_never_the_value() {
        assert_eq!(
            check(r#"{"kind": "sms_code", "code": "123456", "inspected": true}"#),
            Ok(())
        );
        assert_eq!(check(r#"{"kind": "sms_code"}"#), Ok(()));
        for value in [
            r#"{}"#,
            r#"{"$gt": ""}"#,
            r#"["123456"]"#,
            r#"[""]"#,
            "true",
            "null",
            "123456",
            "1.5",
            "1e99",
            r#""12345６""#,
            r#""١٢٣٤٥٦""#,
            r#""12345\n""#,
            r#""12345\u0000""#,
            r#""""#,
        ] {
            let (field, rule) =
                check(&format!(r#"{{"kind": "sms_code", "code": {value}}}"#)).unwrap_err();
            assert_eq!(field, "code", "{value}");
            assert!(!rule.contains("1234"), "{rule}");
        }
    }

    #[test]
    fn a04_what_is_not_asked_for_is_refused_by_name() {
        for (text, field) in [
            (r#"{"kind": "sms_code", "phone": "13800000000"}"#, "phone"),
            (r#"{"kind": "sms_code", "<script>": 1}"#, "?"),
            (r#"{"code": "123456"}"#, "kind"),
            (r#"{"kind": "smoke_signal"}"#, "kind"),
            (r#"{"kind": {"sms_code": null}}"#, "kind"),
            (r#"{"kind": "sms_code", "inspected": "yes"}"#, "inspected"),
            (r#"["sms_code"]"#, ""),
        ] {
            assert_eq!(check(text).unwrap_err().0, field, "{text}");
        }
    }
}
