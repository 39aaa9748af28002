//! The catalogue of an installation: the delivered one, or a folder of product files.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use tillkey_rules::onboarding::catalogue::{
    Catalogue, CatalogueFault, PRODUCT_BYTES_MAX, PRODUCTS_MAX, ProductFile,
};

/// Why there is no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueFilesFault {
    /// The folder or a file of it cannot be read.
    #[error("the catalogue's files cannot be read")]
    Files(#[from] io::Error),
    /// They are not products that can be offered; everything that is wrong.
    #[error("the catalogue cannot be offered:\n{0}")]
    Catalogue(String),
}

impl From<Vec<CatalogueFault>> for CatalogueFilesFault {
    fn from(faults: Vec<CatalogueFault>) -> Self {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Self::Catalogue(lines.join("\n"))
    }
}

/// The catalogue in a folder; the delivered one where none is named.
///
/// # Errors
/// [`CatalogueFilesFault`], with everything that is wrong.
pub fn read(folder: Option<&Path>) -> Result<Catalogue, CatalogueFilesFault> {
    match folder {
        Some(folder) => Ok(Catalogue::parse(&files(folder)?)?),
        None => Ok(Catalogue::delivered()),
    }
}

/// The product files of a folder, in the order of their names. A file too many or too
/// long is read as far as it takes to be seen as such.
fn files(folder: &Path) -> io::Result<Vec<ProductFile>> {
    // A part of the program that somebody copied with the products.
    const REGIONS: &str = "regions.toml";
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if !name.ends_with(".toml") || name == REGIONS {
            continue;
        }
        if files.len() > PRODUCTS_MAX {
            break;
        }
        let limit = u64::try_from(PRODUCT_BYTES_MAX)
            .unwrap_or(u64::MAX)
            .saturating_add(1);
        let mut text = String::new();
        fs::File::open(&path)?
            .take(limit)
            .read_to_string(&mut text)?;
        files.push(ProductFile::new(name, text));
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_copy_of_the_delivered_folder_is_the_delivered_catalogue() {
        let delivered = concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalogue");
        let copied = read(Some(Path::new(delivered))).unwrap();
        assert_eq!(copied.digest(), Catalogue::delivered().digest());
        assert_eq!(read(None).unwrap().digest(), copied.digest());
    }

    #[test]
    fn everything_wrong_is_said_and_a_long_file_is_not_read_to_its_end() {
        let long = "#".repeat(PRODUCT_BYTES_MAX * 4);
        let folder = folder(&[("a.toml", "id = 1"), ("b.toml", &long), ("notes.md", "")]);
        let fault = read(Some(folder.path())).unwrap_err().to_string();
        assert!(
            fault.contains("a.toml:1") && fault.contains("b.toml: "),
            "{fault}"
        );
        assert!(
            fault.contains(&format!("{} bytes", PRODUCT_BYTES_MAX + 1)),
            "{fault}"
        );
        assert!(!fault.contains("notes"), "{fault}");
    }

    #[test]
    fn a_folder_without_products_or_that_is_none_is_a_fault() {
        let empty = folder(&[]);
        let fault = read(Some(empty.path())).unwrap_err();
        assert!(matches!(fault, CatalogueFilesFault::Catalogue(_)));
        let gone = empty.path().join("gone");
        assert!(matches!(
            read(Some(&gone)).unwrap_err(),
            CatalogueFilesFault::Files(_)
        ));
    }
}
