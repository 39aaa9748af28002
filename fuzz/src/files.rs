//! Files that an acquirer writes: the policy, and the catalogue of products.

use tillkey_rules::onboarding::catalogue::{Catalogue, ProductFile};
use tillkey_rules::policy::{Policy, PolicyFile};

/// The first line names the file that the rest stands in for.
pub(crate) fn policy(bytes: &[u8]) {
    let Some((name, text)) = named(bytes) else {
        return;
    };
    let mut files = Policy::default_files();
    files.retain(|file| file.name != name);
    files.push(PolicyFile::new(name, text));
    if let Err(fault) = Policy::parse(&files) {
        assert!(!fault.to_string().is_empty());
    }
}

/// The first line names the file; the rest is in it.
pub(crate) fn product(bytes: &[u8]) {
    let Some((name, text)) = named(bytes) else {
        return;
    };
    let file = ProductFile::new(name, text);
    if let Err(faults) = Catalogue::parse(&[file]) {
        assert!(!faults.is_empty());
        for fault in faults {
            assert!(!fault.to_string().is_empty());
        }
    }
}

fn named(bytes: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(bytes).ok()?.split_once('\n')
}
