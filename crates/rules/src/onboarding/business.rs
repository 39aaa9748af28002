//! What a shop sells: a short list for people, each with the category code (MCC, ISO
//! 18245) that becomes part of its merchant number.

use crate::vocabulary::words;

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use tillkey_wire::ids::InvalidId;

words!(
    /// A line of business.
    Business, "line of business", {
        /// A restaurant with tables.
        Restaurant = "restaurant",
        /// Snacks, drinks, food to take away.
        Snacks = "snacks",
        /// A supermarket.
        Supermarket = "supermarket",
        /// A corner shop or convenience store.
        CornerShop = "corner_shop",
        /// Fruit, vegetables, meat: market stalls too.
        FreshFood = "fresh_food",
        /// A baker.
        Bakery = "bakery",
        /// Clothes and shoes.
        Clothes = "clothes",
        /// A chemist.
        Pharmacy = "pharmacy",
        /// A hairdresser, a beauty parlour.
        Hairdresser = "hairdresser",
        /// A hotel or guest house.
        Hotel = "hotel",
        /// Phones, computers, household appliances.
        Electronics = "electronics",
        /// Tools, paint, building material.
        Hardware = "hardware",
        /// Furniture.
        Furniture = "furniture",
        /// Books, paper, office supplies.
        Stationery = "stationery",
        /// Repair and care of cars.
        Garage = "garage",
        /// Lessons and courses.
        Lessons = "lessons",
        /// Sports, games, karaoke.
        Leisure = "leisure",
        /// Anything else that is sold.
        OtherShop = "other_shop",
    }
);

impl Business {
    /// The four digits of its merchant category.
    pub const fn category(self) -> &'static str {
        match self {
            Self::Restaurant => "5812",
            Self::Snacks => "5814",
            Self::Supermarket => "5411",
            Self::CornerShop => "5331",
            Self::FreshFood => "5422",
            Self::Bakery => "5462",
            Self::Clothes => "5651",
            Self::Pharmacy => "5912",
            Self::Hairdresser => "7230",
            Self::Hotel => "7011",
            Self::Electronics => "5732",
            Self::Hardware => "5251",
            Self::Furniture => "5712",
            Self::Stationery => "5943",
            Self::Garage => "7538",
            Self::Lessons => "8299",
            Self::Leisure => "7999",
            Self::OtherShop => "5999",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_business_has_a_category_of_its_own() {
        let categories: std::collections::BTreeSet<_> =
            Business::ALL.iter().map(|one| one.category()).collect();
        assert_eq!(categories.len(), Business::ALL.len());
        for category in categories {
            assert!(category.len() == 4 && category.bytes().all(|b| b.is_ascii_digit()));
        }
    }
}
