//! The pages as people meet them: Debian's Chromium before the real program, with live
//! terminals on the real link and messages from the real spool.
//!
//! 1. [`town`] is a served installation, [`shop`] a merchant in it with phone and
//!    terminal, [`browser`] what somebody has before them.
//! 2. [`pages`] is the list of pages; [`look`] says what holds of each.
//! 3. The rest are people on their way, and what goes wrong on it.
//!
//! `cargo xtask install` brings the browser and the accessibility checker. A test finds
//! its own way from the one address that a person knows; addresses are typed only
//! where that is what is tried.

#[cfg(test)]
mod app;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod campaign;
#[cfg(test)]
mod clock_library;
#[cfg(test)]
mod counter;
#[cfg(test)]
mod elsewhere;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod hotline;
#[cfg(test)]
mod leash;
#[cfg(test)]
mod life;
#[cfg(test)]
mod look;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod portal;
#[cfg(test)]
mod review;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod staff;
#[cfg(test)]
mod town;
#[cfg(test)]
mod webdriver;
#[cfg(test)]
mod words;
