//! What a merchant can apply for: products with their terms, read from files, compared
//! and recommended.
//!
//! A [`Catalogue`] is read strictly and all of it or nothing; [`recommend`] puts it in
//! order for one merchant, with the reasons. Never in here: a file, a clock, a word of a
//! page. What the terms say comes from the acquirer; `catalogue/README.md` says how.

mod check;
mod fault;
mod file;
mod limits;
mod product;
mod read;
mod recommend;
#[cfg(test)]
mod tests;

pub use fault::CatalogueFault;
pub use file::ProductFile;
pub use limits::*;
pub use product::{Fee, NotServed, Product, Surcharge, Takings};
pub use read::{Catalogue, CatalogueDigest};
pub use recommend::{
    Advantage, Advice, Caution, Hindrance, Outcome, Suits, Wish, recommend, shares,
};
