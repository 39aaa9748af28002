//! One campaign, as staff see it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tillkey_rules::campaign::{Campaign, Tally, TargetState, Told};
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_store::campaign::merchant::{self as members};
use tillkey_store::campaign::target::{self, Ranks};
use tillkey_store::campaign::{self as campaigns};
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::CampaignId;

use super::run::tallies;
use super::{READERS, acquirers_key, list, reach};
use crate::act::{Failure, SignedIn};
use crate::limits::COMMENTS_MAX;
use crate::shell::Shell;

/// One wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaveView {
    /// Counts them, from 1.
    pub wave: u8,
    /// How many merchants are in it.
    pub merchants: u32,
    /// How many operators.
    pub targets: u32,
    /// How they stand.
    pub tally: Tally,
}

/// A campaign as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignView {
    /// How it stands.
    pub campaign: Campaign,
    /// What it is called.
    pub title: String,
    /// How many of each rank are on its list.
    pub ranks: Ranks,
    /// Its waves, those with nobody in them left out.
    pub waves: Vec<WaveView>,
    /// How all of it stands.
    pub tally: Tally,
    /// What people said, each with the number of the event that it goes with.
    pub comments: Vec<(u64, String)>,
    /// Why the reader does not approve it; none where they may.
    pub obstacle: Option<Refusal>,
    /// Until which moment it is as shown here.
    pub as_of: Timestamp,
}

impl CampaignView {
    /// What happened, oldest first, each step with what was said with it.
    pub fn story(&self) -> Vec<(Told, Option<String>)> {
        let said: BTreeMap<u64, &String> =
            self.comments.iter().map(|(n, text)| (*n, text)).collect();
        let steps = (1..).zip(self.campaign.story());
        let step = |(number, told): (u64, &Told)| {
            let comment = said.get(&number).map(|text| (*text).clone());
            (told.clone(), comment)
        };
        steps.map(step).collect()
    }
}

/// Shows a campaign.
///
/// # Errors
/// [`Failure::Unknown`] for a campaign of somebody else.
pub async fn view(shell: &Shell, id: CampaignId, by: &SignedIn) -> Result<CampaignView, Failure> {
    by.must_be(&READERS)?;
    let (inner, by) = (shell.clone(), by.clone());
    let read = shell.store().read(move |tx| {
        let Some(stored) = reach(tx, id, &by)? else {
            return Ok(Err(Failure::Unknown));
        };
        draw(tx, &inner, &stored, &by.actor).map(Ok)
    });
    read.await?
}

fn draw(
    tx: &mut dyn Tx,
    shell: &Shell,
    stored: &campaigns::Stored,
    by: &Actor,
) -> Result<CampaignView, Fault> {
    let campaign = &stored.campaign;
    let id = campaign.id();
    let key = acquirers_key(tx, shell, &stored.acquirer)?;
    let (_, tally) = tallies(tx, campaign)?;
    let comments = campaigns::comments(tx, &key, (id, COMMENTS_MAX))?;
    Ok(CampaignView {
        title: stored.title(&key)?.expose().clone(),
        ranks: target::ranks(tx, id)?,
        waves: waves(tx, campaign)?,
        tally,
        comments: comments
            .into_iter()
            .map(|(version, text)| (version, text.expose().clone()))
            .collect(),
        obstacle: campaign.may_be_approved_by(by).err(),
        as_of: shell.now(),
        campaign: campaign.clone(),
    })
}

fn waves(tx: &mut dyn Tx, campaign: &Campaign) -> Result<Vec<WaveView>, Fault> {
    let counts = target::tally(tx, campaign.id())?;
    let found = members::waves(tx, campaign.id())?;
    let shown = found.into_iter().filter(|wave| wave.wave > 0);
    let view = |wave: members::Wave| {
        let mut tally = Tally::default();
        tally.add(TargetState::Waiting, wave.waiting);
        for (state, of_wave, count) in &counts {
            if *of_wave == wave.wave {
                tally.add(list::shown_state(campaign, *state, *of_wave), *count);
            }
        }
        WaveView {
            wave: wave.wave,
            merchants: wave.merchants,
            targets: wave.targets,
            tally,
        }
    };
    Ok(shown.map(view).collect())
}
