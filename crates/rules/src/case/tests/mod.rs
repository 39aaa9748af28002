//! Cases as stories, in the words of the design. Each file is about one promise; the
//! invariants over random stories are in `tests/invariants`.

mod backups;
mod campaigns;
mod codes;
mod counter;
mod ends;
mod managers;
mod offline;
mod order;
mod reasons;
mod reviews;
mod stage;
mod strangers;
mod ways;
