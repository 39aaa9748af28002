//! One picture of a document in cases of several merchants, or one picture of a paper in
//! several applications: nobody who has the original in hand makes the same picture twice.

use super::{About, Concern, Rule, Seen};
use crate::event::{CaseEvent, Event};
use crate::onboarding::application::ApplicationEvent;
use crate::scan::Reuse;

pub(super) fn concerns(seen: &Seen<'_>) -> Vec<Concern> {
    let about = match &seen.entry.event {
        Event::Case(CaseEvent::Scanned(scan)) if scan.reuse == Some(Reuse::OtherMerchant) => {
            let merchant = seen.known.merchant.clone();
            merchant.map(|merchant| About::Merchant { merchant })
        }
        Event::Application {
            application,
            step: ApplicationEvent::PaperTaken { .. },
        } if seen.known.pictures_elsewhere => Some(About::Application {
            application: *application,
        }),
        _ => None,
    };
    about
        .map(|about| seen.concern(Rule::PictureReused, about, ""))
        .into_iter()
        .collect()
}
