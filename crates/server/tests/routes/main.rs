//! The JSON API as a whole, in memory. Paths mirror URLs; names carry the ids of the
//! attacks that they replay.
//!
//! The modules are marked as tests so that the lints know what they are.

#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;

#[cfg(test)]
mod access_reviews;
#[cfg(test)]
mod alerts;
#[cfg(test)]
mod applications;
#[cfg(test)]
mod backups;
#[cfg(test)]
mod campaign_requests;
#[cfg(test)]
mod campaigns;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod counter;
#[cfg(test)]
mod deposits;
#[cfg(test)]
mod diagnosis;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod dormancy;
#[cfg(test)]
mod erasures;
#[cfg(test)]
mod import;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod managers;
#[cfg(test)]
mod merchant_numbers;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod offline;
#[cfg(test)]
mod personal_data;
#[cfg(test)]
mod products;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod reviews;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod staff;
#[cfg(test)]
mod terminals;
#[cfg(test)]
mod trade;
