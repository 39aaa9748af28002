//! The invariants of DESIGN §2 as far as the pure core can keep them, each in a file
//! of its name, and the promises of §3 in the files that begin with `way`.
//!
//! Random stories are played on a stage ([`world`]): commands by all kinds of actors,
//! clocks that jump on and back, facts that change meanwhile. About half of the steps
//! are the sensible next one, so that the stories get somewhere.

#[cfg(test)]
mod i01_nobody_knows_a_password;
#[cfg(test)]
mod i02_no_channel_is_a_shortcut;
#[cfg(test)]
mod i03_the_server_compares;
#[cfg(test)]
mod i04_guesses_are_the_subjects;
#[cfg(test)]
mod i05_success_is_the_terminals_word;
#[cfg(test)]
mod i06_nothing_is_lost;
#[cfg(test)]
mod i07_no_ledger_no_action;
#[cfg(test)]
mod i08_an_outsider_learns_nothing;
#[cfg(test)]
mod i09_personal_data_is_sealed;
#[cfg(test)]
mod way_closed_stays_closed;
#[cfg(test)]
mod way_deadlines_run_forward;
#[cfg(test)]
mod way_everywhere;
#[cfg(test)]
mod way_one_live_code;
#[cfg(test)]
mod way_reviews_stand_on_what_was_seen;
#[cfg(test)]
mod world;
