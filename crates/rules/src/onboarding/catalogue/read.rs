//! Reads the products: strictly, and all of them or none.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest, Sha256};
use tillkey_wire::ids::ProductId;

use super::check;
use super::fault::CatalogueFault;
use super::file::{ProductFile, Written};
use super::limits::{PRODUCT_BYTES_MAX, PRODUCTS_MAX};
use super::product::Product;
use crate::onboarding::RegionCode;
use crate::policy::Place;
use crate::vocabulary::ApplicantKind;

/// Every product, in the order of their ids.
#[derive(Debug, Clone)]
pub struct Catalogue {
    products: BTreeMap<ProductId, Product>,
    digest: CatalogueDigest,
}

impl Catalogue {
    /// Reads one file a product. The order in which they are given means nothing.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub fn parse(files: &[ProductFile]) -> Result<Self, Vec<CatalogueFault>> {
        if files.len() > PRODUCTS_MAX {
            return Err(vec![CatalogueFault::TooMany {
                count: files.len(),
                max: PRODUCTS_MAX,
            }]);
        }
        let mut faults = Vec::new();
        let mut sorted: BTreeMap<&str, &ProductFile> = BTreeMap::new();
        for file in files {
            if sorted.insert(&file.name, file).is_some() {
                faults.push(CatalogueFault::DuplicateFile {
                    file: file.name.clone(),
                });
            }
        }
        if sorted.is_empty() {
            faults.push(CatalogueFault::Empty);
        }
        let mut products = BTreeMap::new();
        for file in sorted.values() {
            if let Some(product) = read(file, &mut faults) {
                products.insert(product.id.clone(), product);
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let digest = CatalogueDigest::of(sorted.into_values());
        Ok(Self { products, digest })
    }

    /// The catalogue that Tillkey is delivered with, as in `catalogue/`.
    pub fn delivered() -> Self {
        #[expect(
            clippy::unwrap_used,
            reason = "the files are part of the build, and tested"
        )]
        Self::parse(&Self::delivered_files()).unwrap()
    }

    /// The files of the delivered catalogue.
    pub fn delivered_files() -> Vec<ProductFile> {
        macro_rules! delivered {
            ($($name:literal),+ $(,)?) => {
                [$((
                    concat!($name, ".toml"),
                    include_str!(concat!("../../../../../catalogue/", $name, ".toml")),
                )),+]
            };
        }
        delivered!(
            "lakala-box",
            "lakala-signature",
            "lakala-smart",
            "shengpay-box",
            "shengpay-signature",
            "shengpay-smart",
            "unionpay-box",
            "unionpay-signature",
            "unionpay-smart",
        )
        .map(|(name, text)| ProductFile::new(name, text))
        .to_vec()
    }

    /// The products.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    /// One product.
    pub fn get(&self, id: &ProductId) -> Option<&Product> {
        self.products.get(id)
    }

    /// What this applicant can have at this place.
    pub fn possible(
        &self,
        applicant: ApplicantKind,
        region: RegionCode,
    ) -> impl Iterator<Item = &Product> {
        self.products()
            .filter(move |product| product.is_for(applicant) && product.serves(region).is_ok())
    }

    /// Names this catalogue; the same files in any order have the same digest.
    pub const fn digest(&self) -> CatalogueDigest {
        self.digest
    }
}

/// Reads one file; nothing where it is none that could be looked at.
fn read(file: &ProductFile, faults: &mut Vec<CatalogueFault>) -> Option<Product> {
    if file.text.len() > PRODUCT_BYTES_MAX {
        faults.push(CatalogueFault::TooLong {
            file: file.name.clone(),
            bytes: file.text.len(),
            max: PRODUCT_BYTES_MAX,
        });
        return None;
    }
    match toml::from_str::<Written>(&file.text) {
        Ok(written) => Some(check::product(&file.name, written, faults)),
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            let before = file.text.bytes().take(offset);
            faults.push(CatalogueFault::Malformed {
                place: Place {
                    file: file.name.clone(),
                    line: 1 + before.filter(|byte| *byte == b'\n').count(),
                },
                message: error.message().to_owned(),
            });
            None
        }
    }
}

/// Names one set of products: SHA-256 over the names and texts of the files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CatalogueDigest([u8; 32]);

impl CatalogueDigest {
    fn of<'a>(files: impl Iterator<Item = &'a ProductFile>) -> Self {
        let mut hash = Sha256::new();
        for part in files.flat_map(|file| [&file.name, &file.text]) {
            // The length first, so that no two catalogues run together into one text.
            hash.update(part.len().to_string().as_bytes());
            hash.update(b":");
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }
}

impl fmt::Display for CatalogueDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CatalogueDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CatalogueDigest({self})")
    }
}
