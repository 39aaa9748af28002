//! The list of targets.

use crate::{
    config, device, enrolment, files, import, ledger, message, names, opaque, picture, request,
    snapshot,
};

/// A parser that faces outside, or several that read the same thing.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, which is the name of its folder of seeds.
    pub name: &'static str,
    /// What it does with an input. It panics where something does not hold.
    pub run: fn(&[u8]),
    /// The longest input that says anything new; the limits themselves have tests of
    /// their own beside the code.
    pub bytes_max: usize,
    /// How many changed inputs a short run tries: a few seconds' worth.
    pub executions: u32,
}

/// Every target. What is not here is either read by nobody outside (the sealed files of
/// a database and its keys), or typed by whoever runs the command line.
pub const TARGETS: &[Target] = &[
    // Frames on the link, before and after their signature; both directions.
    target("envelope", message::envelope, 2_048, 40_000),
    target("from_terminal", message::from_terminal, 2_048, 4_000),
    target("from_server", message::from_server, 2_048, 4_000),
    target("enrolment_request", enrolment::request, 1_024, 3_000),
    target("enrolment_answer", enrolment::answer, 1_024, 3_000),
    target("opaque", opaque::messages, 512, 500),
    // A terminal's own side: what a server tells it, and what lies in its storage.
    target("inbox", device::inbox, 4_096, 3_000),
    target("storage", device::storage, 4_096, 5_000),
    // Backups, in clear and sealed.
    target("snapshot", snapshot::contents, 4_096, 8_000),
    target("manifest", snapshot::manifest, 1_024, 8_000),
    target("sealed", snapshot::sealed, 2_048, 4_000),
    // Requests as they come over the wire: addresses, queries, cursors, headers, tokens,
    // cookies, JSON bodies and forms.
    target("api", request::api, 4_096, 2_000),
    target("pages", request::pages, 4_096, 1_500),
    target("names", names::names, 256, 60_000),
    // What a mirror of the ledger serves, and what is asked of it.
    target("notes", ledger::notes, 2_048, 8_000),
    target("tiles", ledger::tiles, 1_024, 60_000),
    // Files that an acquirer writes.
    target("import", import::sheet, 2_048, 1_500),
    target("picture", picture::picture, 16_384, 1_000),
    target("config", config::config, 2_048, 6_000),
    target("policy", files::policy, 8_192, 500),
    target("product", files::product, 8_192, 3_000),
];

const fn target(name: &'static str, run: fn(&[u8]), bytes_max: usize, executions: u32) -> Target {
    Target {
        name,
        run,
        bytes_max,
        executions,
    }
}
