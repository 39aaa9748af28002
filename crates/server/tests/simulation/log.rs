//! What the process logs while runs are under way: no line of it may hold a password.

use std::fmt::Debug;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::template::PASSWORDS_BEGIN;

static HAS_PASSWORD: AtomicBool = AtomicBool::new(false);

/// Listens to everything from now on.
pub(crate) fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| tracing::subscriber::set_global_default(Listener).unwrap());
}

/// Whether any line held a password.
pub(crate) fn has_password() -> bool {
    HAS_PASSWORD.load(Ordering::Relaxed)
}

struct Listener;

struct Reader;

impl Visit for Reader {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        if format!("{value:?}").contains(PASSWORDS_BEGIN) {
            HAS_PASSWORD.store(true, Ordering::Relaxed);
        }
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("tillkey")
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        attributes.record(&mut Reader);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, record: &Record<'_>) {
        record.record(&mut Reader);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Reader);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
