//! CSV files, in UTF-8 and GB 18030, of any kind that is imported.

use std::fs;
use std::sync::Arc;

use tillkey_rules::party::Actor;
use tillkey_server::act::import::{By, Outcome, Progress, Sheet, rehearse};

use crate::party::sure;
use crate::world::with_world;

/// A file of any content: looked at, and tried without keeping any of it.
pub(crate) fn sheet(bytes: &[u8]) {
    with_world(|world| {
        let path = world.folder().join("sheet.csv");
        sure(fs::write(&path, bytes));
        let Ok(sheet) = Sheet::look_at(&path, None) else {
            return;
        };
        let by = By {
            acquirer: world.shell().home().clone(),
            actor: Actor::System,
        };
        let unheard: Progress = Arc::new(|_, _| ());
        let outcomes = rehearse(world.shell(), &[sheet], &by, &unheard);
        match outcomes.as_deref() {
            Ok([Outcome::Right(_) | Outcome::Wrong(_)]) => {}
            Ok(other) => assert!(other.is_empty(), "one file has one outcome"),
            Err(fault) => assert!(!fault.to_string().is_empty()),
        }
    });
}
