//! The challenge of a terminal without a network, and its answer.

use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_server::web::offline::{Given, Mistake, OfflinePage};
use tillkey_server::web::{Assets, Language};

use super::{Sample, after, case, frame, sample, staff_nav};

pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let page = |mistake, given, reads_out: bool| {
        let back = match reads_out {
            true => format!("/desk/cases/{}", case()),
            false => format!("/reset/{}", case()),
        };
        let path = format!("{back}/offline");
        let frame = frame(assets, language, &path);
        OfflinePage {
            frame: match reads_out {
                true => frame.with_nav(staff_nav(language, ("li.agent", Role::Agent), &path)),
                false => frame,
            },
            back,
            reads_out,
            mistake,
            given,
        }
    };
    let refused = |refusal| Some(Mistake::Refused(refusal));
    let answer = Given::ReadOut("48213907".parse().unwrap());
    let too_many = Refusal::TooMany {
        retry_at: after(80_000),
    };
    vec![
        sample("offline", &page(None, None, false)),
        sample("offline_sent", &page(None, Some(Given::Sent), false)),
        sample("offline_shape", &page(Some(Mistake::Shape), None, false)),
        sample(
            "offline_not_matched",
            &page(refused(Refusal::NotMatched), None, true),
        ),
        sample(
            "offline_not_prepared",
            &page(refused(Refusal::NotPrepared), None, true),
        ),
        sample("offline_too_many", &page(refused(too_many), None, false)),
        sample("offline_desk", &page(None, None, true)),
        sample("offline_read_out", &page(None, Some(answer), true)),
    ]
}
