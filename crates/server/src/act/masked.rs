//! Personal data as it may be shown: enough to recognise, not enough to use.

/// The first character of a name.
pub(super) fn name(name: &str) -> String {
    name.chars().take(1).chain("**".chars()).collect()
}

/// A phone with its middle hidden: `138****8000`.
pub(super) fn phone(phone: &str) -> String {
    let national = phone.strip_prefix("+86").unwrap_or(phone);
    match (national.get(..3), national.get(7..)) {
        (Some(head), Some(tail)) if national.len() == 11 => format!("{head}****{tail}"),
        _ => "****".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_thing_shows_a_part_and_hides_the_rest() {
        assert_eq!(name("陈店长"), "陈**");
        assert_eq!(phone("+8613800138000"), "138****8000");
        assert_eq!(phone("1"), "****");
    }
}
